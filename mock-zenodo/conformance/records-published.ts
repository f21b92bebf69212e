import assert from 'node:assert/strict';
import { isDomainError, onDraft } from './files-flow.js';
import { RDM, type RdmRecord, rdm, sharedRecord } from './records-flow.js';
import { call, type Rule } from './rule.js';

const RESOURCE = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/resources.py';
const NEEDS: Rule['needs'] = ['publish'];

const RDM_KEYS =
  'id created updated links revision_id parent versions is_published is_draft pids metadata custom_fields access files media_files status';

/** Published records in both forms, and the responses for unknown ids. */
export const publishedRules: Rule[] = [
  {
    id: 'records/zenodo-media-type',
    says: '`application/vnd.zenodo.v1+json` is the same JSON under its own name.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py',
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const headers = { accept: 'application/vnd.zenodo.v1+json' };
      const named = await call(target, 'GET', `/api/records/${id}`, { headers });
      assert.equal(named.headers.get('content-type'), 'application/vnd.zenodo.v1+json');
      assert.equal(named.text, (await call(target, 'GET', `/api/records/${id}`)).text);
    },
  },
  {
    id: 'records/rdm-json',
    says: 'With its media type a record is RDM JSON: a string as id, files by key, the concept as parent.',
    source: RESOURCE,
    needs: NEEDS,
    async check(target) {
      const { id, conceptrecid } = await sharedRecord(target);
      const answer = await rdm(target, 'GET', `/api/records/${id}`, { token: null });
      const record = answer.json as RdmRecord;
      assert.equal(answer.headers.get('content-type'), RDM);
      assert.equal(Object.keys(record).slice(0, 16).join(' '), RDM_KEYS);
      assert.deepEqual([record.id, record.parent.id], [String(id), conceptrecid]);
      assert.deepEqual([record.is_published, record.is_draft, record.status], [true, false, 'published']);
      assert.deepEqual(Object.keys(record.files.entries ?? {}), ['a b.csv', 'b.txt']);
      assert.equal(record.pids['doi']?.provider, 'datacite');
    },
  },
  {
    id: 'records/accept-unknown',
    says: 'A type that records do not have is refused with 406.',
    source: RESOURCE,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const answer = await call(target, 'GET', `/api/records/${id}`, { headers: { accept: 'image/png' } });
      assert.equal(answer.status, 406);
      assert.match(answer.text, /^\{"status": 406, "message": "Invalid 'Accept' header\. Expected one of: /);
    },
  },
  {
    id: 'records/etag-link',
    says: 'A record has its revision as ETag and a signposting Link header.',
    source: RESOURCE,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const { headers } = await call(target, 'GET', `/api/records/${id}`);
      assert.match(headers.get('etag') ?? '', /^"\d+"$/);
      assert.match(headers.get('link') ?? '', /rel="linkset"/);
    },
  },
  {
    id: 'records/unpublished',
    says: 'The id of a draft is not registered yet: 404, for its owner too.',
    source: RESOURCE,
    check: onDraft(async (target, { id }) => {
      for (const path of ['', '/files', '/versions/latest']) {
        const answer = await call(target, 'GET', `/api/records/${id}${path}`);
        isDomainError(answer, 404, 'The persistent identifier is not registered.');
      }
    }),
  },
  ...['999999999999', 'nonsense', '0'].map(
    (id): Rule => ({
      id: `records/unknown-${id}`,
      says: `The id \`${id}\` does not exist: 404.`,
      source: RESOURCE,
      async check(target) {
        const answer = await call(target, 'GET', `/api/records/${id}`);
        isDomainError(answer, 404, 'The persistent identifier does not exist.');
      },
    }),
  ),
];
