import assert from 'node:assert/strict';
import {
  BASE,
  FLOW_TESTS,
  isInternalError,
  LEGACY_IN,
  RESOURCES,
  refusals,
  save,
  shown,
  tryToCreate,
} from './deposit-flow.js';
import { isDomainError, onDraft } from './files-flow.js';
import { call, type Rule } from './rule.js';

const PLAIN_JSON = { 'content-type': 'application/json' };
const HEADERS =
  'inveniosoftware/invenio-records-resources:invenio_records_resources/resources/records/headers.py';

const breaking: Rule[] = (
  [
    ['array', []],
    ['text', 'x'],
    ['number', 5],
    ['metadata-text', { metadata: 'x' }],
    ['metadata-array', { metadata: [] }],
  ] as [string, unknown][]
).map(([name, body]) => ({
  id: `deposit/create-500-${name}`,
  says: `Creating from \`${JSON.stringify(body)}\` breaks the deserializer: 500.`,
  source: LEGACY_IN,
  check: async (target) => isInternalError(await tryToCreate(target, body)),
}));

const accepted: Rule[] = (
  [
    ['nothing', {}],
    ['empty-metadata', { metadata: {} }],
    ['files', { files: [{ id: 1 }], metadata: {} }],
    ['unknown-metadata', { metadata: { no_such_field: 1 } }],
  ] as [string, unknown][]
).map(([name, body]) => ({
  id: `deposit/create-${name}`,
  says: `\`${JSON.stringify(body)}\` is enough to create a draft: 201.`,
  source: LEGACY_IN,
  check: async (target) => {
    const answer = await tryToCreate(target, body);
    assert.equal(answer.status, 201, answer.text);
  },
}));

const refused: Rule[] = (
  [
    ['null-metadata', { metadata: null }, ['metadata: Field may not be null.']],
    ['unknown-key', { title: 'x' }, ['title: Unknown field.']],
    [
      'unknown-keys',
      { a: 1, metadata: { title: 5 } },
      ['metadata.title: Not a valid string.', 'a: Unknown field.'],
    ],
  ] as [string, unknown, string[]][]
).map(([name, body, errors]) => ({
  id: `deposit/create-400-${name}`,
  says: `\`${JSON.stringify(body)}\` is refused: ${errors.join(' ')}`,
  source: LEGACY_IN,
  check: async (target) => assert.deepEqual(refusals(await tryToCreate(target, body)), errors),
}));

/** Creating and replacing. */
export const bodyRules: Rule[] = [
  ...accepted,
  ...breaking,
  ...refused,
  {
    id: 'deposit/create-500-empty',
    says: 'An empty body breaks the deserializer: 500.',
    source: LEGACY_IN,
    check: async (target) =>
      isInternalError(await call(target, 'POST', BASE, { headers: PLAIN_JSON, body: '' })),
  },
  {
    id: 'deposit/create-400-json',
    says: 'A body that is not JSON is 400.',
    source: 'inveniosoftware/flask-resources:flask_resources/deserializers/json.py',
    check: async (target) => {
      const answer = await call(target, 'POST', BASE, { headers: PLAIN_JSON, body: '{"metadata": ' });
      isDomainError(answer, 400, 'Unable to decode JSON data in request body.');
    },
  },
  {
    id: 'deposit/create-500-deep',
    says: 'JSON that is nested deeper than a thousand levels breaks the decoder: 500, in either API.',
    source: 'python/cpython:Modules/_json.c',
    check: async (target) => {
      const body = `{"metadata": {"custom": {"dwc:order": ${'['.repeat(1000)}${']'.repeat(1000)}}}}`;
      for (const path of [BASE, '/api/records'])
        isInternalError(await call(target, 'POST', path, { headers: PLAIN_JSON, body }));
    },
  },
  {
    id: 'deposit/create-guest',
    says: 'Guests may not create: 403.',
    source: FLOW_TESTS,
    check: async (target) => {
      isDomainError(await call(target, 'POST', BASE, { json: {}, token: null }), 403, 'Permission denied.');
    },
  },
  {
    id: 'deposit/create-shape-before-permission',
    says: 'The shape of a body is checked before authentication.',
    source: RESOURCES,
    check: async (target) => {
      const answer = await call(target, 'POST', BASE, { json: { title: 'x' }, token: null });
      assert.deepEqual(refusals(answer), ['title: Unknown field.']);
    },
  },
  {
    id: 'deposit/update-replaces',
    says: 'PUT replaces all metadata: what is left out is lost.',
    source: LEGACY_IN,
    check: onDraft(async (target, draft) => {
      await save(target, draft, { title: 'First', description: 'Words', keywords: ['a'] });
      const { metadata } = shown(await save(target, draft, { title: 'Second' }));
      assert.deepEqual(
        [metadata['title'], metadata['description'], metadata['keywords']],
        ['Second', undefined, undefined],
      );
    }),
  },
  {
    id: 'deposit/update-empties',
    says: '`{}` empties the metadata.',
    source: LEGACY_IN,
    check: onDraft(async (target, draft) => {
      await save(target, draft, { title: 'First' });
      const { metadata } = shown(await call(target, 'PUT', draft.links.self, { json: {} }));
      assert.deepEqual(Object.keys(metadata), ['access_right', 'prereserve_doi']);
    }),
  },
  {
    id: 'deposit/update-keeps-doi',
    says: 'An existing DOI stays when `doi` is not sent.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/schemas.py',
    check: onDraft(async (target, draft) => {
      await save(target, draft, { doi: '10.1234/kept' });
      assert.equal(shown(await save(target, draft, { title: 'Other' })).doi, '10.1234/kept');
    }),
  },
  {
    id: 'deposit/update-echo',
    says: 'Sending a deposition back as it came is refused for each of its other keys.',
    source: 'cthoyt/zenodo-client#31',
    check: onDraft(async (target, draft) => {
      const whole = (await call(target, 'GET', draft.links.self)).json as object;
      const errors = refusals(await call(target, 'PUT', draft.links.self, { json: whole }));
      const others = Object.keys(whole).filter((key) => key !== 'metadata' && key !== 'files');
      assert.deepEqual(errors.sort(), others.map((key) => `${key}: Unknown field.`).sort());
    }),
  },
  {
    id: 'deposit/update-echo-metadata',
    says: 'Sending back only its metadata is accepted, including `prereserve_doi`.',
    source: LEGACY_IN,
    check: onDraft(async (target, draft) => {
      const first = shown(await save(target, draft, { title: 'Same', creators: [{ name: 'Doe, Jane' }] }));
      const second = shown(await save(target, draft, first.metadata));
      assert.deepEqual(second.metadata, first.metadata);
    }),
  },
  {
    id: 'deposit/update-refused-keeps',
    says: 'A refused update changes nothing.',
    source: LEGACY_IN,
    check: onDraft(async (target, draft) => {
      const before = await save(target, draft, { title: 'Kept' });
      assert.equal((await save(target, draft, { title: 5 })).status, 400);
      assert.equal((await call(target, 'GET', draft.links.self)).text, before.text);
    }),
  },
  {
    id: 'deposit/etag',
    says: 'Single depositions carry their revision as a quoted ETag, which an update changes.',
    source: HEADERS,
    check: onDraft(async (target, draft) => {
      const first = (await call(target, 'GET', draft.links.self)).headers.get('etag');
      const second = (await save(target, draft, {})).headers.get('etag');
      assert.match(`${first}${second}`, /^"\d+""\d+"$/);
      assert.notEqual(first, second);
    }),
  },
  {
    id: 'deposit/if-match',
    says: '`If-Match` with the bare number of the revision allows an update. Any other number is 412.',
    source: RESOURCES,
    check: onDraft(async (target, draft) => {
      const etag = (await call(target, 'GET', draft.links.self)).headers.get('etag') ?? '';
      const revision = Number(etag.replaceAll('"', ''));
      const put = (number: number) =>
        call(target, 'PUT', draft.links.self, { json: {}, headers: { 'if-match': String(number) } });
      const missed = await put(revision + 7);
      isDomainError(
        missed,
        412,
        `Revision id provided(${revision + 7}) doesn't match record's one(${revision})`,
      );
      assert.equal((await put(revision)).status, 200);
    }),
  },
];
