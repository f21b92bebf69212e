import assert from 'node:assert/strict';
import { isInternalError } from './deposit-flow.js';
import { isDomainError } from './files-flow.js';
import { faults } from './mapping-rows.js';
import { onRdmDraft, RDM_METADATA, type RdmRecord, rdm, upload } from './records-flow.js';
import { call, type Rule, type Target } from './rule.js';

const COMPONENTS = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/components';
const PROVIDERS = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/pids/providers';
const RELATIONS = 'inveniosoftware/invenio-records:invenio_records/systemfields/relations/results.py';
const CUSTOM = 'zenodo/zenodo-rdm:site/zenodo_rdm/custom_fields';

type Draft = RdmRecord & { access: Record<string, unknown>; custom_fields: Record<string, unknown> };

const draftOf = (id: string) => `/api/records/${id}/draft`;
const put = (target: Target, id: string, json: object) => rdm(target, 'PUT', draftOf(id), { json });
const read = async (target: Target, id: string) => (await rdm(target, 'GET', draftOf(id))).json as Draft;

/**
 * What is added to complete metadata, what the draft then contains, and the errors in the response.
 */
const saved = (
  id: string,
  says: string,
  source: string,
  sent: object,
  kept: (draft: Draft) => unknown,
  expected: unknown,
  told: string[] = [],
): Rule => ({
  id: `records/save-${id}`,
  says,
  source,
  check: onRdmDraft(async (target, draft) => {
    const answer = await put(target, draft.id, { metadata: RDM_METADATA, ...sent });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(faults(answer), told);
    assert.deepEqual(kept(await read(target, draft.id)), expected);
  }),
});

const external = (identifier: string) => ({ doi: { identifier, provider: 'external' } });
const MANAGED =
  "The prefix '10.5281' is managed by Zenodo. Please supply an external DOI or select 'No' to have a DOI generated for you.";

const custom = (id: string, says: string, sent: object, kept: object, told: string[] = []) =>
  saved(`custom-${id}`, says, CUSTOM, { custom_fields: sent }, (draft) => draft.custom_fields, kept, told);

/** What a PUT of a records draft keeps of what was there, and what it returns. */
export const saveRules: Rule[] = [
  {
    id: 'records/save-keeps',
    says: 'A PUT without `pids` and `access` keeps both; without `metadata` and `custom_fields` it empties them.',
    source: COMPONENTS,
    check: onRdmDraft(async (target, { id }) => {
      const doi = ((await rdm(target, 'POST', `${draftOf(id)}/pids/doi`)).json as RdmRecord).pids['doi'];
      assert.ok(doi);
      const access = { record: 'public', files: 'restricted' };
      const custom_fields = { 'imprint:imprint': { place: 'Nemo' } };
      assert.equal((await put(target, id, { metadata: RDM_METADATA, access, custom_fields })).status, 200);
      assert.equal((await put(target, id, {})).status, 200);
      const draft = await read(target, id);
      assert.deepEqual([draft.pids['doi'], draft.access['files']], [doi, 'restricted']);
      assert.deepEqual([draft.metadata, draft.custom_fields], [{}, {}]);
    }),
  },
  {
    id: 'records/save-discards-doi',
    says: '`pids: {}` takes a reserved DOI off the draft.',
    source: `${COMPONENTS}/pids.py`,
    check: onRdmDraft(async (target, { id }) => {
      await rdm(target, 'POST', `${draftOf(id)}/pids/doi`);
      await put(target, id, { metadata: RDM_METADATA, pids: {} });
      assert.deepEqual((await read(target, id)).pids, {});
    }),
  },
  {
    id: 'records/save-misses',
    says: 'A PUT says that publisher and files are missing.',
    source:
      'inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/services/records/components/base.py',
    check: onRdmDraft(async (target, { id }) => {
      const { publisher: _, ...metadata } = RDM_METADATA;
      const { errors } = (await put(target, id, { metadata })).json as RdmRecord;
      assert.deepEqual(errors, [
        { field: 'files.enabled', messages: ['Missing uploaded files.'] },
        {
          field: 'metadata.publisher',
          messages: ['Missing publisher field required for DOI registration.'],
        },
      ]);
    }),
  },
  {
    id: 'records/save-preview',
    says: '`files.default_preview` is kept only as long as it is sent, and has to be a file of the draft.',
    source:
      'inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/services/records/components/base.py',
    check: onRdmDraft(async (target, { id }) => {
      await upload(target, id, 'a.txt', 'x');
      const preview = async (name?: string) => {
        const files = { enabled: true, ...(name !== undefined && { default_preview: name }) };
        const answer = await put(target, id, { metadata: RDM_METADATA, files });
        const draft = (await read(target, id)) as Draft & { files: { default_preview?: string } };
        return [draft.files.default_preview, faults(answer).length];
      };
      assert.deepEqual(await preview('a.txt'), ['a.txt', 0]);
      assert.deepEqual(await preview('b.txt'), ['a.txt', 1]);
      assert.deepEqual(await preview(), [undefined, 0]);
    }),
  },
  {
    id: 'records/save-revision',
    says: 'Deleting or replacing a file raises the revision of its draft, adding one does not.',
    source: 'inveniosoftware/invenio-records-resources:invenio_records_resources/services/files/service.py',
    check: onRdmDraft(async (target, { id, revision_id }) => {
      await upload(target, id, 'a.txt', 'x');
      assert.equal((await read(target, id)).revision_id, revision_id);
      await call(target, 'DELETE', `${draftOf(id)}/files/a.txt`);
      assert.ok((await read(target, id)).revision_id > revision_id);
    }),
  },
  {
    id: 'records/save-hole',
    says: 'An unknown id of a licence, subject, affiliation or funder is refused. Behind an entry without an id it is not looked up: the draft is saved, and cannot be read any more.',
    source: RELATIONS,
    check: onRdmDraft(async (target, { id }) => {
      const rights = [{ title: { en: 'Mine' } }, { id: 'nosuch' }];
      isDomainError(
        await put(target, id, { metadata: { rights: [{ id: 'nosuch' }] } }),
        400,
        'Invalid value nosuch.',
      );
      isDomainError(
        await put(target, id, { metadata: { subjects: [{ id: 'nosuch' }] } }),
        400,
        'Invalid value nosuch.',
      );
      const affiliations = [{ id: 'nosuch' }];
      isDomainError(
        await put(target, id, { metadata: { creators: [{ affiliations }] } }),
        400,
        'Invalid value nosuch.',
      );
      isDomainError(
        await put(target, id, { metadata: { funding: [{ funder: { id: 'nosuch' } }] } }),
        400,
        'Invalid value nosuch.',
      );
      const funding = [{ funder: { name: 'Fog Fund' } }, { funder: { id: 'nosuch' } }];
      for (const hole of [{ rights }, { funding }]) {
        assert.equal((await put(target, id, { metadata: { ...RDM_METADATA, ...hole } })).status, 200);
        isInternalError(await rdm(target, 'GET', draftOf(id)));
        isInternalError(await call(target, 'GET', `/api/deposit/depositions/${id}`));
      }
      assert.equal((await put(target, id, { metadata: RDM_METADATA })).status, 200);
      assert.equal((await rdm(target, 'GET', draftOf(id))).status, 200);
    }),
  },
  {
    id: 'records/save-polygon-view',
    says: 'The deposit API cannot show a polygon: 500.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/common.py',
    check: onRdmDraft(async (target, { id }) => {
      const ring = [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 0],
      ];
      const locations = { features: [{ geometry: { type: 'Polygon', coordinates: [ring] } }] };
      await put(target, id, { metadata: { ...RDM_METADATA, locations } });
      isInternalError(await call(target, 'GET', `/api/deposit/depositions/${id}`));
      assert.equal((await rdm(target, 'GET', draftOf(id))).status, 200);
    }),
  },
  {
    id: 'records/save-unshowable-date',
    says: 'An interval without end is saved, and the answer breaks on it.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/ui/schema.py',
    check: onRdmDraft(async (target, { id }) => {
      const json = { metadata: { ...RDM_METADATA, publication_date: '2024/' } };
      isInternalError(await put(target, id, json));
      const shown = await call(target, 'GET', `/api/deposit/depositions/${id}`);
      assert.equal(
        (shown.json as { metadata: Record<string, unknown> }).metadata['publication_date'],
        '2024/',
      );
    }),
  },
  ...(
    [
      [
        'restricted',
        'Records are public: any other `access.record` is refused.',
        { record: 'restricted', files: 'restricted' },
        ["You don't have permissions to manage record access."],
      ],
      ['half', 'An `access` without `files` is refused too.', { record: 'public' }, ["'files'"]],
      [
        'other-half',
        'An `access` without `record` is refused too.',
        { files: 'public' },
        ["You don't have permissions to manage record access.", "'record'"],
      ],
    ] as const
  ).map(
    ([id, says, access, messages]): Rule => ({
      id: `records/save-access-${id}`,
      says,
      source: `${COMPONENTS}/access.py`,
      check: onRdmDraft(async (target, draft) => {
        const answer = await put(target, draft.id, { metadata: RDM_METADATA, access });
        const { errors = [] } = answer.json as RdmRecord;
        assert.deepEqual([answer.status, errors[0]?.field], [400, 'access']);
        assert.deepEqual([...(errors[0]?.messages ?? [])].sort(), [...messages].sort());
      }),
    }),
  ),
  saved(
    'access-null',
    'An `access` that is null is reported, and the earlier value is kept.',
    `${COMPONENTS}/access.py`,
    { access: null },
    ({ access }) => access['files'],
    'public',
    ['access: Field may not be null.'],
  ),
  saved(
    'embargo-past',
    'An embargo in the past is reported, and remains active.',
    'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/access.py',
    { access: { record: 'public', files: 'restricted', embargo: { active: true, until: '2020-01-01' } } },
    ({ access }) => [access['files'], access['embargo']],
    ['restricted', { active: true, until: '2020-01-01', reason: null }],
    ['access.embargo.until: Embargo end date must be set to a future date.'],
  ),
  saved(
    'embargo-off',
    'A future date with an embargo that is not active is reported and kept.',
    'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/access.py',
    { access: { record: 'public', files: 'restricted', embargo: { active: false, until: '2099-01-01' } } },
    ({ access }) => access['embargo'],
    { active: false, until: '2099-01-01', reason: null },
    ['access.embargo.until: Embargo end date must be unset or in the past.'],
  ),
  saved(
    'embargo-open',
    'Files may be public beside an embargo: nothing restricts them.',
    'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/access.py',
    { access: { record: 'public', files: 'public', embargo: { active: true, until: '2099-01-01' } } },
    ({ access }) => access['files'],
    'public',
  ),
  saved(
    'embargo-words',
    'A value that is not a date is reported and dropped. The embargo remains active.',
    'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/access.py',
    { access: { record: 'public', files: 'restricted', embargo: { active: true, until: 'soon' } } },
    ({ access }) => (access['embargo'] as Record<string, unknown>)['active'],
    true,
    ['access.embargo.until: Not a valid date.'],
  ),
  saved(
    'doi-url',
    'An external DOI sent as a URL is normalised.',
    PROVIDERS,
    { pids: external('https://doi.org/10.1234/fog') },
    ({ pids }) => pids,
    external('10.1234/fog'),
  ),
  saved(
    'doi-own-prefix',
    'An external DOI may not begin with Zenodo’s prefix, compared as text.',
    `${PROVIDERS}/external.py`,
    { pids: external('10.52811/fog') },
    ({ pids }) => pids,
    external('10.52811/fog'),
    [`pids.doi: ${MANAGED}`],
  ),
  saved(
    'doi-blank',
    'An external DOI that is blank is reported as missing.',
    `${PROVIDERS}/external.py`,
    { pids: external('') },
    ({ pids }) => pids,
    external(''),
    ['pids.doi: Missing DOI for required field.'],
  ),
  saved(
    'doi-bad',
    'An external DOI that is not valid is reported and kept.',
    `${PROVIDERS}/external.py`,
    { pids: external('no doi') },
    ({ pids }) => pids,
    external('no doi'),
    ['pids.doi: Invalid DOI'],
  ),
  saved(
    'doi-foreign',
    'A managed DOI of another prefix is reported and kept.',
    `${PROVIDERS}/datacite.py`,
    { pids: { doi: { identifier: '10.1234/x', provider: 'datacite', client: 'datacite' } } },
    ({ pids }) => pids['doi']?.identifier,
    '10.1234/x',
    ['pids.doi: Wrong DOI 10.1234 prefix provided, it should be 10.5281 as defined in the rest client'],
  ),
  saved(
    'pid-scheme',
    'Only DOI and OAI identify a record.',
    'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/record.py',
    { pids: { ark: { identifier: 'ark:/1/x', provider: 'external' } } },
    ({ pids }) => pids,
    {},
    ['pids.ark.key: Invalid persistent identifier scheme.'],
  ),
  ...[
    { doi: { identifier: '10.1234/x', provider: 'nobody' } },
    { doi: { identifier: '10.1234/x', provider: 'external', client: 'me' } },
  ].map(
    (pids, index): Rule => ({
      id: `records/save-doi-500-${index + 1}`,
      says: `\`${JSON.stringify(pids)}\` breaks the save: 500.`,
      source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/pids/manager.py',
      check: onRdmDraft(async (target, { id }) =>
        isInternalError(await put(target, id, { metadata: RDM_METADATA, pids })),
      ),
    }),
  ),
  custom(
    'issn',
    'A journal’s ISSN has a check digit.',
    { 'journal:journal': { title: 'J', issn: '1234' } },
    { 'journal:journal': { title: 'J' } },
    ['custom_fields.journal:journal.issn: Please provide a valid ISSN.'],
  ),
  custom('meeting-url', 'A meeting’s URL is checked.', { 'meeting:meeting': { url: 'nowhere' } }, {}, [
    'custom_fields.meeting:meeting.url: You must provide a valid URL.',
  ]),
  custom('repository', 'The URL of a repository is checked too.', { 'code:codeRepository': 'nowhere' }, {}, [
    'custom_fields.code:codeRepository: Not a valid URL.',
  ]),
  custom(
    'thesis',
    'The old field of a thesis is unknown, and dates of theses are checked.',
    { 'thesis:university': 'Nemo', 'thesis:thesis': { date_defended: 'May' } },
    {},
    [
      'custom_fields.thesis:thesis.date_defended: Please provide a valid date or interval.',
      'custom_fields.thesis:university: Unknown field.',
    ],
  ),
  custom(
    'lists',
    'Fields of biodiversity are lists.',
    { 'dwc:family': 'Gadidae', 'dwc:genus': ['Gadus'] },
    { 'dwc:genus': ['Gadus'] },
    ['custom_fields.dwc:family: Not a valid list.'],
  ),
  custom('unknown', 'An unknown field is reported and dropped.', { 'nemo:fog': 1 }, {}, [
    'custom_fields.nemo:fog: Unknown field.',
  ]),
  {
    id: 'records/save-custom-vocabulary',
    says: 'An unknown programming language is refused.',
    source: CUSTOM,
    check: onRdmDraft(async (target, { id }) => {
      const custom_fields = { 'code:programmingLanguage': [{ id: 'python' }, { id: 'fogscript' }] };
      const answer = await put(target, id, { metadata: RDM_METADATA, custom_fields });
      isDomainError(answer, 400, 'Invalid value fogscript.');
    }),
  },
];
