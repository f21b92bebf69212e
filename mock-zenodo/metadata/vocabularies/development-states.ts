/**
 * The development states of software, with what they mean
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/contrib/codemeta/development_status.yaml`).
 */
export const DEVELOPMENT_STATES: ReadonlyMap<string, string> = new Map([
  [
    'concept',
    'Minimal or no implementation has been done yet, or the repository is only intended to be a limited example, demo, or proof-of-concept.',
  ],
  [
    'wip',
    'Initial development is in progress, but there has not yet been a stable, usable release suitable for the public.',
  ],
  [
    'suspended',
    'Initial development has started, but there has not yet been a stable, usable release; work has been stopped for the time being but the author(s) intend on resuming work.',
  ],
  [
    'abandoned',
    'Initial development has started, but there has not yet been a stable, usable release; the project has been abandoned and the author(s) do not intend on continuing development.',
  ],
  ['active', 'The project has reached a stable, usable state and is being actively developed.'],
  [
    'inactive',
    'The project has reached a stable, usable state but is no longer being actively developed; support/maintenance will be provided as time allows.',
  ],
  [
    'unsupported',
    'The project has reached a stable, usable state but the author(s) have ceased all work on it. A new maintainer may be desired.',
  ],
  [
    'moved',
    'The project has been moved to a new location, and the version at that location should be considered authoritative. This status should be accompanied by a new URL.',
  ],
]);
