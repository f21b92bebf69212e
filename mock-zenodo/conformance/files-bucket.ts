import assert from 'node:assert/strict';
import { isDomainError, isFrameworkError, keyUrl, onDraft, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

const RESOURCE = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py';

/** `/api/files/:bucket/:key`: overwriting, deleting, missing files. */
export const bucketRules: Rule[] = [
  {
    id: 'files/overwrite',
    says: 'Putting a key again answers 201, replaces the bytes and changes both ids; there is no history.',
    source: RESOURCE,
    check: onDraft(async (target, draft) => {
      const first = (await put(target, draft, 'a')).json as { version_id: string };
      const before = (await call(target, 'GET', draft.links.files)).json as { id: string }[];
      const second = await put(target, draft, 'a', 'other bytes');
      const after = (await call(target, 'GET', draft.links.files)).json as { id: string }[];
      assert.equal(second.status, 201);
      assert.notEqual((second.json as { version_id: string }).version_id, first.version_id);
      assert.equal(after.length, 1);
      assert.notEqual(after[0]?.id, before[0]?.id);
      const old = `${keyUrl(draft, 'a')}?version_id=${first.version_id}`;
      assert.equal((await call(target, 'GET', old)).text, 'other bytes');
    }),
  },
  {
    id: 'files/overwrite-failure',
    says: 'A refused overwrite leaves the old file.',
    source: RESOURCE,
    check: onDraft(async (target, draft) => {
      await put(target, draft, 'a');
      assert.equal((await put(target, draft, 'a', '')).status, 400);
      assert.equal((await call(target, 'GET', keyUrl(draft, 'a'))).text, 'hello');
    }),
  },
  {
    id: 'files/bucket-list',
    says: 'Listing a bucket gives its files in `contents`, each as its upload was answered (until 2026 this was a 500).',
    source: 'zenodo/zenodo-rdm#1408',
    check: onDraft(async (target, draft) => {
      assert.equal((await call(target, 'GET', draft.links.bucket)).text, '{"contents": []}');
      const [one, two] = [await put(target, draft, 'b c.txt'), await put(target, draft, 'a.txt')];
      const answer = await call(target, 'GET', draft.links.bucket);
      assert.deepEqual([answer.status, answer.text], [200, `{"contents": [${one.text}, ${two.text}]}`]);
    }),
  },
  {
    id: 'files/no-multipart-api',
    says: 'POST, which began multipart uploads on the old platform, is 405, with and without `?uploads`.',
    source: RESOURCE,
    check: onDraft(async (target, draft) => {
      for (const query of ['', '?uploads']) {
        const answer = await call(target, 'POST', `${keyUrl(draft, 'a')}${query}`);
        isFrameworkError(answer, 405, 'The method is not allowed for the requested URL.');
        assert.match(answer.headers.get('allow') ?? '', /PUT/);
      }
    }),
  },
  {
    id: 'files/unknown-key',
    says: 'Reading or deleting a key that is not there names the record and the key.',
    source: 'inveniosoftware/invenio-records-resources:invenio_records_resources/services/errors.py',
    check: onDraft(async (target, draft) => {
      for (const method of ['GET', 'DELETE']) {
        const answer = await call(target, method, keyUrl(draft, 'none.txt'));
        isDomainError(answer, 404, `Record '${draft.id}' has no file 'none.txt'.`);
      }
    }),
  },
  {
    id: 'files/delete',
    says: 'DELETE answers 204 without a body, and the file is gone.',
    source: RESOURCE,
    check: onDraft(async (target, draft) => {
      await put(target, draft, 'a');
      const answer = await call(target, 'DELETE', keyUrl(draft, 'a'));
      assert.deepEqual([answer.status, answer.text], [204, '']);
      assert.equal((await call(target, 'GET', keyUrl(draft, 'a'))).status, 404);
    }),
  },
  {
    id: 'files/bucket-unknown',
    says: 'A bucket that does not exist is 404 for every method.',
    source: RESOURCE,
    async check(target) {
      const url = '/api/files/00000000-0000-4000-8000-000000000000/a';
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const body = method === 'PUT' ? { body: new Uint8Array(3) } : {};
        isDomainError(await call(target, method, url, body), 404, 'Not found.');
      }
    },
  },
  {
    id: 'files/bucket-list-permissions',
    says: 'Listing a bucket requires access: 404 for an unknown bucket, 403 for another user’s.',
    source: RESOURCE,
    check: onDraft(async (target, draft) => {
      const unknown = '/api/files/00000000-0000-4000-8000-000000000000';
      isDomainError(await call(target, 'GET', unknown), 404, 'Not found.');
      isDomainError(
        await call(target, 'GET', draft.links.bucket, { token: null }),
        403,
        'Permission denied.',
      );
    }),
  },
  {
    id: 'files/bucket-not-uuid',
    says: 'A bucket id that is not a UUID is a 500.',
    source: RESOURCE,
    needs: ['mock'],
    async check(target) {
      assert.equal((await call(target, 'GET', '/api/files/nonsense/a')).status, 500);
    },
  },
];
