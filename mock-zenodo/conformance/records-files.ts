import assert from 'node:assert/strict';
import { isDomainError, onDraft, put } from './files-flow.js';
import { publish, type RdmRecord, rdm, sharedRecord } from './records-flow.js';
import { call, type Rule } from './rule.js';

const SCHEMA = 'inveniosoftware/invenio-records-resources:invenio_records_resources/services/files/schema.py';
const RESOURCE =
  'inveniosoftware/invenio-records-resources:invenio_records_resources/resources/files/resource.py';
const PERMISSIONS = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/permissions.py';
const NEEDS: Rule['needs'] = ['publish'];
const DENIED = 'Permission denied.';

const ENTRY_KEYS =
  'created updated mimetype version_id file_id bucket_id metadata access links key transfer status checksum size storage_class';

interface FileList {
  enabled: boolean;
  links: { self: string; archive: string };
  entries: { key: string; file_id: string; links: { self: string; content: string } }[];
  default_preview: string | null;
  order: string[];
}

/** Restricted records, and who may see which parts of them. */
const RESTRICTED = [
  ['restricted', { access_right: 'restricted' }],
  ['embargoed', { access_right: 'embargoed', embargo_date: '2999-12-31' }],
] as const;

/** Files of published records. */
export const recordFileRules: Rule[] = [
  {
    id: 'records/files-list',
    says: 'The files of a record are an object with entries, not the array of the legacy API.',
    source: SCHEMA,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const answer = await call(target, 'GET', `/api/records/${id}/files`, { token: null });
      const list = answer.json as FileList;
      assert.deepEqual(Object.keys(list), ['enabled', 'links', 'entries', 'default_preview', 'order']);
      assert.equal(list.enabled, true);
      assert.deepEqual(
        list.entries.map(({ key }) => key),
        ['a b.csv', 'b.txt'],
      );
      assert.equal(Object.keys(list.entries[0] ?? {}).join(' '), ENTRY_KEYS);
      assert.ok(list.entries[0]?.links.content.endsWith('/files/a%20b.csv/content'));
    },
  },
  {
    id: 'records/files-one',
    says: 'One file is the entry of the list.',
    source: RESOURCE,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const { entries } = (await call(target, 'GET', `/api/records/${id}/files`)).json as FileList;
      const one = await call(target, 'GET', entries[0]?.links.self ?? '', { token: null });
      assert.deepEqual(one.json, entries[0]);
    },
  },
  {
    id: 'records/files-content',
    says: 'Content is downloaded with the headers of any download; HEAD works.',
    source: RESOURCE,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const path = `/api/records/${id}/files/b.txt/content`;
      const answer = await call(target, 'GET', path, { token: null });
      assert.deepEqual([answer.status, answer.text], [200, 'other']);
      assert.equal(answer.headers.get('content-length'), '5');
      const head = await call(target, 'HEAD', path, { token: null });
      assert.deepEqual([head.status, head.headers.get('etag')], [200, answer.headers.get('etag')]);
    },
  },
  {
    id: 'records/files-unknown',
    says: 'A key that is not there names the record and the key.',
    source: RESOURCE,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      for (const path of ['none', 'none/content', 'a/slash/in/it/content']) {
        const key = path.replace(/\/content$/, '');
        const answer = await call(target, 'GET', `/api/records/${id}/files/${path}`);
        isDomainError(answer, 404, `Record '${id}' has no file '${key}'.`);
      }
    },
  },
  {
    id: 'records/files-same-as-legacy',
    says: 'Files have the same ids and checksums in both APIs.',
    source: SCHEMA,
    needs: NEEDS,
    async check(target) {
      const { id, files } = await sharedRecord(target);
      const { entries } = (await call(target, 'GET', `/api/records/${id}/files`)).json as FileList;
      assert.deepEqual(
        entries.map(({ file_id }) => file_id),
        files.map((file) => file.id),
      );
    },
  },
  ...RESTRICTED.flatMap(([name, metadata]): Rule[] => [
    {
      id: `records/files-${name}`,
      says: `Files of ${name} records are refused to all but the owner; the record itself stays public.`,
      source: PERMISSIONS,
      needs: ['publish', 'second-token'],
      async check(target) {
        const { id } = await publish(target, metadata);
        for (const token of [null, target.secondToken ?? null]) {
          for (const path of ['files', 'files/a.csv', 'files/a.csv/content', 'files-archive']) {
            isDomainError(await call(target, 'GET', `/api/records/${id}/${path}`, { token }), 403, DENIED);
          }
          assert.equal((await call(target, 'GET', `/api/records/${id}`, { token })).status, 200);
        }
        assert.equal((await call(target, 'GET', `/api/records/${id}/files/a.csv/content`)).text, 'hello');
      },
    },
    {
      id: `records/files-${name}-hidden`,
      says: `Records with ${name} files show an empty list to those without access.`,
      source: 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/zenodojson.py',
      needs: NEEDS,
      async check(target) {
        const { id } = await publish(target, metadata);
        const files = async (token: string | null) =>
          ((await call(target, 'GET', `/api/records/${id}`, { token })).json as { files: unknown[] }).files
            .length;
        assert.deepEqual([await files(null), await files(target.token)], [0, 1]);
        const guest = (await rdm(target, 'GET', `/api/records/${id}`, { token: null })).json as RdmRecord;
        assert.deepEqual(guest.files, { enabled: true });
      },
    },
  ]),
  {
    id: 'records/files-archive',
    says: 'All files come as one zip named after the record.',
    source: RESOURCE,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const answer = await call(target, 'GET', `/api/records/${id}/files-archive`, { token: null });
      assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'application/zip']);
      assert.match(
        answer.headers.get('content-disposition') ?? '',
        new RegExp(`^attachment; filename="?${id}\\.zip`),
      );
      assert.match(answer.text, /^PK[\s\S]*a b\.csv[\s\S]*hello[\s\S]*b\.txt/);
    },
  },
  {
    id: 'records/files-draft-link',
    says: 'The download link of a draft’s file works only for its owner.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/services.py',
    check: onDraft(async (target, draft) => {
      await put(target, draft, 'a b.csv');
      const [file] = (await call(target, 'GET', draft.links.files)).json as { links: { download: string } }[];
      const url = file?.links.download ?? '';
      assert.ok(url.endsWith(`/api/records/${draft.id}/draft/files/a%20b.csv/content`));
      assert.equal((await call(target, 'GET', url)).text, 'hello');
      isDomainError(await call(target, 'GET', url, { token: null }), 403, DENIED);
    }),
  },
  {
    id: 'records/files-stale-draft-link',
    says: 'After publication the download link of the legacy JSON is broken.',
    source: 'zenodo/zenodo-rdm#1196',
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      isDomainError(
        await call(target, 'GET', `/api/records/${id}/draft/files/b.txt/content`),
        404,
        'Not found.',
      );
    },
  },
];
