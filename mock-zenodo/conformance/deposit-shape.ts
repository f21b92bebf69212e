import assert from 'node:assert/strict';
import { BASE, LEGACY_OUT, onRecord, PUBLISHES, SERVICES, shown } from './deposit-flow.js';
import { onDraft, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

const DRAFT_KEYS =
  'created modified id conceptrecid metadata title links record_id owner files state submitted';
const RECORD_KEYS =
  'created modified id conceptrecid doi conceptdoi doi_url metadata title links record_id owner files state submitted';
const DRAFT_LINKS =
  'self html badge files bucket latest_draft latest_draft_html publish edit discard newversion';
const RECORD_LINKS =
  'self html doi parent_doi badge conceptbadge files bucket latest_draft latest_draft_html publish edit discard newversion record record_html latest latest_html';

/** What depositions look like in their three states, and where their links lead. */
export const shapeRules: Rule[] = [
  {
    id: 'deposit/draft-keys',
    says: 'A draft has these keys in this order.',
    source: LEGACY_OUT,
    check: onDraft(async (target, draft) => {
      const { json } = await call(target, 'GET', draft.links.self);
      assert.equal(Object.keys(json as object).join(' '), DRAFT_KEYS);
    }),
  },
  {
    id: 'deposit/draft-types',
    says: '`id`, `record_id` and `owner` are numbers, `conceptrecid` is a text, times have microseconds and `+00:00`.',
    source: LEGACY_OUT,
    check: onDraft(async (target, draft) => {
      const body = (await call(target, 'GET', draft.links.self)).json as Record<string, unknown>;
      const types = ['id', 'record_id', 'owner', 'conceptrecid', 'submitted', 'title'].map(
        (key) => typeof body[key],
      );
      assert.deepEqual(types, ['number', 'number', 'number', 'string', 'boolean', 'string']);
      for (const key of ['created', 'modified']) {
        assert.match(String(body[key]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
      }
      assert.equal(body['id'], body['record_id']);
    }),
  },
  {
    id: 'deposit/empty-draft',
    says: 'An empty draft has no title, no files, `access_right` and `prereserve_doi` for metadata, and is unsubmitted.',
    source: 'zenodo/zenodo-rdm:site/tests/legacy/test_quickstart.py',
    check: async (target) => {
      const answer = await call(target, 'POST', BASE, { json: {} });
      const { id, metadata, title, files, state, submitted } = shown(answer);
      await call(target, 'DELETE', `${BASE}/${id}`);
      assert.deepEqual(
        { title, files, state, submitted },
        { title: '', files: [], state: 'unsubmitted', submitted: false },
      );
      const prereserve = { doi: `10.5281/zenodo.${id}`, recid: id };
      assert.deepEqual(metadata, { access_right: 'open', prereserve_doi: prereserve });
    },
  },
  {
    id: 'deposit/concept-before-draft',
    says: 'The concept gets its number before the first version does.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/api.py',
    check: onDraft(async (_target, draft) => assert.ok(Number(draft.conceptrecid) < draft.id)),
  },
  {
    id: 'deposit/draft-links',
    says: 'A draft has these links, all below the deposit API.',
    source: SERVICES,
    check: onDraft(async (target, { id }) => {
      const { links } = shown(await call(target, 'GET', `${BASE}/${id}`));
      const paths = Object.fromEntries(
        Object.entries(links).map(([name, url]) => [name, url.replace(/^https?:\/\/[^/]+/, '')]),
      );
      assert.equal(Object.keys(links).join(' '), DRAFT_LINKS);
      assert.match(paths['bucket'] ?? '', /^\/api\/files\/[0-9a-f-]{36}$/);
      assert.deepEqual(
        { ...paths, bucket: '' },
        {
          self: `${BASE}/${id}`,
          html: `/deposit/${id}`,
          badge: '/badge/doi/.svg',
          files: `${BASE}/${id}/files`,
          bucket: '',
          latest_draft: `${BASE}/${id}`,
          latest_draft_html: `/deposit/${id}`,
          publish: `${BASE}/${id}/actions/publish`,
          edit: `${BASE}/${id}/actions/edit`,
          discard: `${BASE}/${id}/actions/discard`,
          newversion: `${BASE}/${id}/actions/newversion`,
        },
      );
    }),
  },
  {
    id: 'deposit/image-links',
    says: 'An image among the files brings `thumb250` and `thumbs`.',
    source: SERVICES,
    check: onDraft(async (target, draft) => {
      await put(target, draft, 'picture.png');
      const { links } = shown(await call(target, 'GET', draft.links.self));
      assert.match(links['thumb250'] ?? '', new RegExp(`/record/${draft.id}/thumb250$`));
      assert.equal(typeof links['thumbs'], 'object');
    }),
  },
  {
    id: 'deposit/record-keys',
    says: 'A published deposition has these keys and links in this order, and is `done` and submitted.',
    source: LEGACY_OUT,
    needs: PUBLISHES,
    check: onRecord(async (target, { id }) => {
      const body = shown(await call(target, 'GET', `${BASE}/${id}`));
      assert.equal(Object.keys(body).join(' '), RECORD_KEYS);
      assert.equal(Object.keys(body.links).join(' '), RECORD_LINKS);
      assert.deepEqual([body.state, body.submitted], ['done', true]);
    }),
  },
  {
    id: 'deposit/record-links',
    says: 'After publication `self`, `html` and `files` lead to the records API, the actions stay where they were.',
    source: SERVICES,
    needs: PUBLISHES,
    check: onRecord(async (target, { id }) => {
      const { links, doi, conceptdoi } = shown(await call(target, 'GET', `${BASE}/${id}`));
      const ends: Record<string, string> = {
        self: `/api/records/${id}`,
        html: `/records/${id}`,
        files: `/api/records/${id}/files`,
        record: `/api/records/${id}`,
        record_html: `/record/${id}`,
        latest: `/api/records/${id}/versions/latest`,
        latest_html: `/records/${id}/latest`,
        latest_draft: `${BASE}/${id}`,
        publish: `${BASE}/${id}/actions/publish`,
        doi: `https://doi.org/${doi}`,
        parent_doi: `https://doi.org/${conceptdoi}`,
      };
      for (const [name, end] of Object.entries(ends)) {
        assert.ok(links[name]?.endsWith(end), `${name}: ${links[name]} ends with ${end}`);
      }
    }),
  },
  {
    id: 'deposit/edit-links',
    says: 'While a record is edited its links are those of a draft again, with `record` and `latest`, and without `parent_doi`.',
    source: SERVICES,
    needs: PUBLISHES,
    check: onRecord(async (target, { id }) => {
      const { links, state, submitted } = shown(await call(target, 'POST', `${BASE}/${id}/actions/edit`));
      assert.deepEqual([state, submitted], ['inprogress', true]);
      assert.ok(links['self']?.endsWith(`${BASE}/${id}`));
      assert.ok(links['record']?.endsWith(`/api/records/${id}`));
      assert.equal(links['parent_doi'], undefined);
    }),
  },
];
