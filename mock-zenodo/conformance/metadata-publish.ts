import assert from 'node:assert/strict';
import { completeDraft, type Fields, PUBLISHES, RDM_SCHEMA, refusals, save } from './deposit-flow.js';
import { createDraft, onDraft, PUBLISHABLE, put } from './files-flow.js';
import { returned, unpublishable } from './metadata-rows.js';
import { call, type Rule } from './rule.js';

const MISSING = 'Missing data for required field.';
const DATACITE =
  'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/pids/providers/datacite.py';
const FILES =
  'inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/components/files.py';
const BAD_ORCID = { creators: [{ name: 'Doe, Jane', orcid: '0000-0002-1825-0098' }] };

const without = (name: string): Rule => ({
  id: `metadata/publish-without-${name.replace('_', '-')}`,
  says: `Without \`${name}\` publishing is refused, with the path that RDM has for it.`,
  source: RDM_SCHEMA,
  needs: PUBLISHES,
  check: onDraft(async (target, draft) => {
    const { [name]: _left, ...rest } = PUBLISHABLE as Fields;
    await save(target, draft, rest);
    await put(target, draft, 'a.csv');
    const field = name === 'upload_type' ? 'resource_type' : name;
    const answer = await call(target, 'POST', draft.links.publish);
    assert.deepEqual(refusals(answer), [`metadata.${field}: ${MISSING}`]);
  }),
});

/** Strict validation, which happens only at publication. */
export const publishRules: Rule[] = [
  without('upload_type'),
  without('title'),
  without('creators'),
  {
    id: 'metadata/publish-empty',
    says: 'An empty draft lacks resource type, creators, title and publication date, and all four are reported at once.',
    source: RDM_SCHEMA,
    needs: PUBLISHES,
    check: async (target) => {
      const draft = (await call(target, 'POST', '/api/deposit/depositions', { json: {} })).json as Awaited<
        ReturnType<typeof createDraft>
      >;
      const found = refusals(await call(target, 'POST', draft.links.publish));
      await call(target, 'DELETE', draft.links.self);
      const fields = ['resource_type', 'creators', 'title', 'publication_date'];
      assert.deepEqual(found.sort(), fields.map((field) => `metadata.${field}: ${MISSING}`).sort());
    },
  },
  {
    id: 'metadata/publish-no-files',
    says: 'A record needs a file.',
    source: FILES,
    needs: PUBLISHES,
    check: async (target) => {
      const draft = await completeDraft(target);
      const answer = await call(target, 'POST', draft.links.publish);
      await call(target, 'DELETE', draft.links.self);
      const message =
        'Missing uploaded files. To disable files for this record please mark it as metadata-only.';
      assert.deepEqual(refusals(answer), [`files.enabled: ${message}`]);
    },
  },
  {
    id: 'metadata/publish-minimum',
    says: 'Type, title and a creator are enough; neither description nor licence is needed.',
    source: RDM_SCHEMA,
    needs: PUBLISHES,
    check: async (target) => {
      const draft = await createDraft(target, {
        upload_type: 'other',
        title: 'Least',
        creators: [{ name: 'Doe' }],
      });
      await put(target, draft, 'a.csv');
      assert.equal((await call(target, 'POST', draft.links.publish)).status, 202);
    },
  },
  ...unpublishable(RDM_SCHEMA, [
    [
      'short-title',
      'A title that was too short is missing.',
      { title: 'ab' },
      [`metadata.title: ${MISSING}`],
    ],
    [
      'bad-date',
      'A publication date that is not a date counts as missing.',
      { publication_date: 'soon' },
      [`metadata.publication_date: ${MISSING}`],
    ],
    [
      'no-creators',
      'An empty list of creators counts as missing.',
      { creators: [] },
      [`metadata.creators: ${MISSING}`],
    ],
    [
      'nameless-creator',
      'A creator without a name is saved. Only publishing refuses it.',
      { creators: [{ affiliation: 'CERN' }] },
      ['metadata.creators.0.person_or_org.family_name: Family name cannot be blank.'],
    ],
    [
      'bad-orcid',
      'A wrong ORCID iD is saved. Only publishing refuses it.',
      BAD_ORCID,
      ['metadata.creators.0.person_or_org.identifiers.0.identifier: Invalid ORCID identifier.'],
    ],
    [
      'untyped-contributor',
      'A contributor needs a type.',
      { contributors: [{ name: 'Doe, Jane' }] },
      [`metadata.contributors.0.role: ${MISSING}`],
    ],
    [
      'past-embargo',
      'An embargo has to end in the future.',
      { access_right: 'embargoed', embargo_date: '2001-02-03' },
      ['access.embargo.until: Embargo end date must be set to a future date.'],
    ],
  ]),
  ...unpublishable(DATACITE, [
    [
      'no-publisher',
      'A publisher is needed for the DOI.',
      { imprint_publisher: '' },
      ['metadata.publisher: Missing publisher field required for DOI registration.'],
    ],
  ]),
  ...returned(RDM_SCHEMA, [
    [
      'bad-orcid',
      'A wrong ORCID iD is kept, and the person loses their name.',
      BAD_ORCID,
      { creators: [{ affiliation: null, orcid: '0000-0002-1825-0098' }] },
    ],
  ]),
];
