import assert from 'node:assert/strict';
import { isDomainError, onDraft } from './files-flow.js';
import { publish, RDM, type RdmRecord, rdm, sharedRecord } from './records-flow.js';
import { call, type Rule } from './rule.js';

const SERIALIZER = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/zenodojson.py';
const RESOURCE = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/resources.py';
const LINKS = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/config.py';
const NEEDS: Rule['needs'] = ['publish'];

/** Keys of a record that has nothing but what publishing needs. */
const KEYS =
  'created modified id conceptrecid doi conceptdoi doi_url metadata title links updated recid revision files swh owners status stats state submitted';
const METADATA_KEYS =
  'title doi publication_date description access_right creators resource_type license relations';
const RDM_KEYS =
  'id created updated links revision_id parent versions is_published is_draft pids metadata custom_fields access files media_files status';

interface ZenodoRecord {
  id: number;
  recid: string;
  conceptrecid: string;
  metadata: Record<string, unknown>;
  links: Record<string, string>;
  files: { id: string; key: string; size: number; checksum: string; links: { self: string } }[];
  owners: { id: string }[];
  [key: string]: unknown;
}

/** Published records in both forms, and what is answered for ids that are none. */
export const publishedRules: Rule[] = [
  {
    id: 'records/zenodo-json-keys',
    says: 'A record is Zenodo’s own JSON by default, keys in a fixed order.',
    source: SERIALIZER,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const answer = await call(target, 'GET', `/api/records/${id}`, { token: null });
      const record = answer.json as ZenodoRecord;
      assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'application/json']);
      assert.equal(Object.keys(record).join(' '), KEYS);
      assert.equal(Object.keys(record.metadata).join(' '), METADATA_KEYS);
      assert.match(answer.text, /^\{"created": "/);
    },
  },
  {
    id: 'records/zenodo-json-types',
    says: 'Ids are numbers or strings as their fields want: `id` a number, `recid` and `conceptrecid` strings.',
    source: SERIALIZER,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const record = (await call(target, 'GET', `/api/records/${id}`)).json as ZenodoRecord;
      assert.deepEqual([record.id, record.recid], [id, String(id)]);
      assert.equal(typeof record.conceptrecid, 'string');
      assert.deepEqual([record['status'], record['state'], record['submitted']], ['published', 'done', true]);
    },
  },
  {
    id: 'records/zenodo-json-metadata',
    says: 'The resource type is an object with a title, the licence one with an id, and `relations` tell the version.',
    source: SERIALIZER,
    needs: NEEDS,
    async check(target) {
      const { id, conceptrecid } = await sharedRecord(target);
      const { metadata } = (await call(target, 'GET', `/api/records/${id}`)).json as ZenodoRecord;
      assert.deepEqual(metadata['resource_type'], { title: 'Dataset', type: 'dataset' });
      assert.deepEqual(metadata['license'], { id: 'cc-zero' });
      assert.deepEqual(metadata['relations'], {
        version: [{ index: 0, is_last: true, parent: { pid_type: 'recid', pid_value: conceptrecid } }],
      });
    },
  },
  {
    id: 'records/zenodo-json-subtype',
    says: 'A subtype stands beside the type.',
    source: SERIALIZER,
    needs: NEEDS,
    async check(target) {
      const { id } = await publish(target, { upload_type: 'publication', publication_type: 'article' });
      const { metadata } = (await call(target, 'GET', `/api/records/${id}`)).json as ZenodoRecord;
      const expected = { title: 'Journal article', type: 'publication', subtype: 'article' };
      assert.deepEqual(metadata['resource_type'], expected);
    },
  },
  {
    id: 'records/zenodo-json-files',
    says: 'Files carry key, size, prefixed md5 and a download link in which the key is not quoted.',
    source: SERIALIZER,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const { files } = (await call(target, 'GET', `/api/records/${id}`)).json as ZenodoRecord;
      const [file] = files;
      assert.deepEqual(Object.keys(file ?? {}), ['id', 'key', 'size', 'checksum', 'links']);
      assert.equal(file?.checksum, 'md5:5d41402abc4b2a76b9719d911017c592');
      assert.ok(file.links.self.endsWith(`/api/records/${id}/files/a b.csv/content`));
      assert.equal((await call(target, 'GET', file.links.self, { token: null })).text, 'hello');
    },
  },
  {
    id: 'records/zenodo-json-links',
    says: 'Links are those of the records API, for the version and its concept.',
    source: LINKS,
    needs: NEEDS,
    async check(target) {
      const { id, conceptrecid } = await sharedRecord(target);
      const { links } = (await call(target, 'GET', `/api/records/${id}`)).json as ZenodoRecord;
      const path = (name: string) => links[name]?.replace(/^https?:\/\/[^/]+/, '');
      assert.deepEqual(
        [
          'self',
          'self_html',
          'files',
          'latest',
          'latest_html',
          'versions',
          'draft',
          'parent',
          'reserve_doi',
        ].map(path),
        [
          `/api/records/${id}`,
          `/records/${id}`,
          `/api/records/${id}/files`,
          `/api/records/${id}/versions/latest`,
          `/records/${id}/latest`,
          `/api/records/${id}/versions`,
          `/api/records/${id}/draft`,
          `/api/records/${conceptrecid}`,
          `/api/records/${id}/draft/pids/doi`,
        ],
      );
      assert.equal(Object.keys(links)[0], 'self');
      assert.match(links['doi'] ?? '', /^https:\/\/doi\.org\/10\.\d+\/zenodo\.\d+$/);
    },
  },
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
