import type { MockContext } from '../context.js';
import { doiPrefix } from '../deposit/dois.js';
import { type FieldError, internalError } from '../errors.js';
import type { Deposition, RecordContent } from '../store/model.js';
import { type Check, dictionary, isObject, object, type Report, text } from './checks.js';
import { KINDS } from './identifiers/schemes.js';

type Pids = RecordContent['pids'];

const SCHEMES: Record<string, string[]> = { doi: ['datacite', 'external'], oai: ['oai'] };

/**
 * The structure of a record's own identifiers, by scheme
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/{record,pids}.py`).
 */
export const pidsSchema: Check = dictionary(
  (scheme) => (Object.hasOwn(SCHEMES, scheme) ? undefined : 'Invalid persistent identifier scheme.'),
  object({ identifier: text(), provider: text(), client: text() }, { required: ['identifier', 'provider'] }),
);

/**
 * A record's own identifiers as they were sent, with DOIs in their normal form. `previous` stays if
 * none of them is usable.
 */
export function acceptPids(value: unknown, previous: Pids, report: Report): Pids {
  let faults = 0;
  const kept = pidsSchema(value, 'pids', (field, message) => {
    faults += 1;
    report(field, message);
  });
  if (!isObject(kept) || (faults > 0 && Object.keys(kept).length === 0)) return previous;
  const pids: Pids = {};
  for (const [scheme, pid] of Object.entries(kept)) {
    if (!isObject(pid)) continue;
    const { identifier, provider, client } = pid;
    const id = typeof identifier === 'string' ? identifier : '';
    pids[scheme] = {
      identifier: scheme === 'doi' && KINDS.doi.test(id) ? KINDS.doi.normalise(id) : id,
      provider: typeof provider === 'string' ? provider : '',
      ...(typeof client === 'string' && { client }),
    };
  }
  return pids;
}

/**
 * The faults that Zenodo and its DOI providers find in the identifiers of a draft, at each save and
 * at its publication
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/pids/{manager.py,providers}`).
 * Throws 500 for a provider that does not exist, and for an external DOI with a client.
 */
export function pidErrors(
  mock: MockContext,
  { pids, metadata }: RecordContent,
  deposition: Deposition | undefined,
): FieldError[] {
  for (const [scheme, { provider }] of Object.entries(pids)) {
    if (provider !== '' && !SCHEMES[scheme]?.includes(provider)) throw internalError();
  }
  const doi = pids['doi'];
  const messages = doi === undefined ? [] : doiMessages(mock, doi, deposition);
  const managed = doi?.provider !== 'external';
  return [
    ...(messages.length > 0 ? [{ field: 'pids.doi', messages }] : []),
    ...(managed && !metadata['publisher'] ? [MISSING_PUBLISHER] : []),
  ];
}

const MISSING_PUBLISHER: FieldError = {
  field: 'metadata.publisher',
  messages: ['Missing publisher field required for DOI registration.'],
};

function doiMessages(
  mock: MockContext,
  { identifier, provider, client }: Pids[string],
  deposition: Deposition | undefined,
): string[] {
  const prefix = doiPrefix(mock);
  const invalid = identifier !== '' && !KINDS.doi.test(identifier) ? ['Invalid DOI'] : [];
  if (provider !== 'external') {
    const given = identifier.split('/')[0] ?? '';
    if (given === prefix) return invalid;
    return [
      ...invalid,
      `Wrong DOI ${given} prefix provided, it should be ${prefix} as defined in the rest client`,
    ];
  }
  if (client !== undefined) throw internalError();
  return [
    ...invalid,
    ...(isTaken(mock, deposition, identifier) ? [`doi:${identifier} already exists.`] : []),
    ...(identifier === '' ? ['Missing DOI for required field.'] : []),
    ...(identifier.startsWith(prefix)
      ? [
          `The prefix '${prefix}' is managed by Zenodo. Please supply an external DOI or select 'No' to have a DOI generated for you.`,
        ]
      : []),
  ];
}

function isTaken(mock: MockContext, deposition: Deposition | undefined, identifier: string): boolean {
  const wanted = identifier.toLowerCase();
  return [...mock.store.depositions.values()].some(
    (other) => other.id !== deposition?.id && other.record?.pids['doi']?.identifier.toLowerCase() === wanted,
  );
}
