import assert from 'node:assert/strict';
import { isDomainError } from './files-flow.js';
import { onRdmDraft, publish, upload } from './records-flow.js';
import { call, type Rule } from './rule.js';

const RESOURCE =
  'inveniosoftware/invenio-records-resources:invenio_records_resources/resources/files/resource.py';
const SCHEMA = 'inveniosoftware/invenio-records-resources:invenio_records_resources/services/files/schema.py';
const filesOf = (id: string | number) => `/api/records/${id}/draft/files`;
const BYTES = { 'content-type': 'application/octet-stream' };
const hello = () => new TextEncoder().encode('hello');

interface Entry {
  key: string;
  status: string;
  checksum?: string;
  size?: number;
  file_id?: string;
  links: Record<string, string>;
}

const KEYS = ['a.csv', 'folder/a b.csv', 'deep/er/ü.txt', 'content'];

/** The upload in three steps. */
export const draftFileRules: Rule[] = [
  {
    id: 'records/upload-announce',
    says: 'Announcing a file answers 201 with a pending entry and the link for its bytes.',
    source: SCHEMA,
    check: onRdmDraft(async (target, { id }) => {
      const answer = await call(target, 'POST', filesOf(id), { json: [{ key: 'a.csv' }] });
      const { enabled, entries } = answer.json as { enabled: boolean; entries: Entry[] };
      assert.deepEqual([answer.status, enabled, entries.length], [201, true, 1]);
      const [entry] = entries;
      assert.deepEqual([entry?.key, entry?.status, entry?.checksum], ['a.csv', 'pending', undefined]);
      const ends = Object.entries(entry?.links ?? {}).map(([name, url]) => [
        name,
        url.replace(/^.*\/draft\/files/, ''),
      ]);
      assert.deepEqual(ends, [
        ['self', '/a.csv'],
        ['content', '/a.csv/content'],
        ['commit', '/a.csv/commit'],
      ]);
    }),
  },
  ...KEYS.map(
    (key): Rule => ({
      id: `records/upload-key-${key.replace(/[^a-z]+/g, '-').replace(/-$/, '')}`,
      says: `The key \`${key}\` goes through all three steps and down again.`,
      source: RESOURCE,
      check: onRdmDraft(async (target, { id }) => {
        const committed = await upload(target, id, key, 'hello');
        const entry = committed.json as Entry;
        assert.deepEqual([committed.status, entry.status, entry.size], [200, 'completed', 5]);
        assert.equal(entry.checksum, 'md5:5d41402abc4b2a76b9719d911017c592');
        assert.equal((await call(target, 'GET', entry.links['content'] ?? '')).text, 'hello');
        const one = await call(target, 'GET', entry.links['self'] ?? '');
        assert.deepEqual(one.json, entry);
      }),
    }),
  ),
  {
    id: 'records/upload-content-status',
    says: 'Content answers 200 with the entry, pending until it is committed; legacy lists leave it out until then.',
    source: RESOURCE,
    check: onRdmDraft(async (target, { id }) => {
      await call(target, 'POST', filesOf(id), { json: [{ key: 'a' }] });
      const sent = await call(target, 'PUT', `${filesOf(id)}/a/content`, { body: hello(), headers: BYTES });
      assert.deepEqual([sent.status, (sent.json as Entry).status], [200, 'pending']);
      const list = async () => (await call(target, 'GET', `/api/deposit/depositions/${id}/files`)).json;
      assert.deepEqual(await list(), []);
      await call(target, 'POST', `${filesOf(id)}/a/commit`);
      assert.equal(((await list()) as object[]).length, 1);
    }),
  },
  {
    id: 'records/upload-duplicate',
    says: 'A key can be announced once. A list with a key that is in use announces none.',
    source: RESOURCE,
    check: onRdmDraft(async (target, { id }) => {
      await call(target, 'POST', filesOf(id), { json: [{ key: 'a' }] });
      const answer = await call(target, 'POST', filesOf(id), { json: [{ key: 'b' }, { key: 'a' }] });
      isDomainError(answer, 400, 'File with key a already exists.');
      const { entries } = (await call(target, 'GET', filesOf(id))).json as { entries: Entry[] };
      assert.deepEqual(
        entries.map(({ key }) => key),
        ['a'],
      );
    }),
  },
  {
    id: 'records/upload-no-content',
    says: 'Committing before uploading fails.',
    source: 'zenodo/zenodo-rdm#1413',
    check: onRdmDraft(async (target, { id }) => {
      await call(target, 'POST', filesOf(id), { json: [{ key: 'a' }] });
      const { status } = await call(target, 'POST', `${filesOf(id)}/a/commit`);
      assert.ok(status === 500 || status === 404, String(status));
    }),
  },
  {
    id: 'records/upload-unannounced',
    says: 'Content for a key that was not announced is 404.',
    source: RESOURCE,
    check: onRdmDraft(async (target, { id }) => {
      const answer = await call(target, 'PUT', `${filesOf(id)}/a/content`, { body: hello(), headers: BYTES });
      isDomainError(answer, 404, `Record '${id}' has no file 'a'.`);
    }),
  },
  {
    id: 'records/upload-content-type',
    says: 'Content is `application/octet-stream`.',
    source: RESOURCE,
    check: onRdmDraft(async (target, { id }) => {
      await call(target, 'POST', filesOf(id), { json: [{ key: 'a' }] });
      const headers = { 'content-type': 'text/csv' };
      const answer = await call(target, 'PUT', `${filesOf(id)}/a/content`, { body: hello(), headers });
      isDomainError(answer, 415, "Invalid 'Content-Type' header. Expected one of: application/octet-stream");
    }),
  },
  {
    id: 'records/upload-delete',
    says: 'One file is deleted, or all of them: 204.',
    source: RESOURCE,
    check: onRdmDraft(async (target, { id }) => {
      for (const key of ['a', 'b', 'c/d']) await upload(target, id, key, 'hello');
      const count = async () =>
        ((await call(target, 'GET', filesOf(id))).json as { entries: Entry[] }).entries.length;
      assert.equal((await call(target, 'DELETE', `${filesOf(id)}/c/d`)).status, 204);
      assert.equal(await count(), 2);
      assert.equal((await call(target, 'DELETE', filesOf(id))).status, 204);
      assert.equal(await count(), 0);
    }),
  },
  {
    id: 'records/upload-publish-pending',
    says: 'A pending file stops publication.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/services.py',
    check: onRdmDraft(async (target, { id }) => {
      await upload(target, id, 'a', 'hello');
      await call(target, 'POST', filesOf(id), { json: [{ key: 'b' }] });
      const answer = await call(target, 'POST', `/api/records/${id}/draft/actions/publish`);
      assert.equal(answer.status, 400);
      assert.match(answer.text, /One or more files have not completed their transfer, please wait\./);
    }),
  },
  {
    id: 'records/upload-same-as-bucket',
    says: 'A file of either upload is the same file in the other view.',
    source: SCHEMA,
    check: onRdmDraft(async (target, { id }) => {
      const entry = (await upload(target, id, 'a', 'hello')).json as Entry;
      const [legacy] = (await call(target, 'GET', `/api/deposit/depositions/${id}/files`)).json as {
        id: string;
        checksum: string;
      }[];
      assert.deepEqual([legacy?.id, `md5:${legacy?.checksum}`], [entry.file_id, entry.checksum]);
    }),
  },
  {
    id: 'records/upload-edit-draft',
    says: 'The edit draft of a published record accepts no files.',
    source: 'zenodo/zenodo-rdm:site/tests/legacy/deposits/test_rest_api_file_permissions.py',
    needs: ['publish'],
    async check(target) {
      const { id } = await publish(target);
      await call(target, 'POST', `/api/records/${id}/draft`);
      const answer = await call(target, 'POST', filesOf(id), { json: [{ key: 'b' }] });
      isDomainError(answer, 403, 'Bucket is locked for modifications.');
    },
  },
];
