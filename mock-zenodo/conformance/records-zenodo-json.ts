import assert from 'node:assert/strict';
import { publish, sharedRecord } from './records-flow.js';
import { call, type Rule } from './rule.js';

const SERIALIZER = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/zenodojson.py';
const LINKS = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/config.py';
const NEEDS: Rule['needs'] = ['publish'];

/** Keys of a record that has only what publishing needs. */
const KEYS =
  'created modified id conceptrecid doi conceptdoi doi_url metadata title links updated recid revision files swh owners status stats state submitted';
const METADATA_KEYS =
  'title doi publication_date description access_right creators resource_type license relations';

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

/** Zenodo's own JSON of a record. */
export const zenodoJsonRules: Rule[] = [
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
    says: 'Files carry key, size, prefixed md5 and a download link in which the key is quoted.',
    source: SERIALIZER,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const { files } = (await call(target, 'GET', `/api/records/${id}`)).json as ZenodoRecord;
      const [file] = files;
      assert.deepEqual(Object.keys(file ?? {}), ['id', 'key', 'size', 'checksum', 'links']);
      assert.equal(file?.checksum, 'md5:5d41402abc4b2a76b9719d911017c592');
      assert.ok(file.links.self.endsWith(`/api/records/${id}/files/a%20b.csv/content`));
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
];
