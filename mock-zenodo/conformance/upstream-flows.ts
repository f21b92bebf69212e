import assert from 'node:assert/strict';
import { BASE, FLOW_TESTS, save, shown } from './deposit-flow.js';
import { createDraft, type Deposition, form, onDraft, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

const TESTS = 'zenodo/zenodo-rdm:site/tests/legacy';

const PRESENTATION = {
  upload_type: 'presentation',
  title: 'Test title',
  creators: [
    { name: 'Doe, John', affiliation: 'Atlantis' },
    { name: 'Smith, Jane', affiliation: 'Atlantis' },
  ],
  description: 'Test Description',
  publication_date: '2013-05-08',
  access_right: 'open',
};

interface OldStyleFile {
  id: string;
  filename: string;
  links: { self: string; download: string };
}

/** The sequences that Zenodo's own tests walk through, from the first call to the last. */
export const flowRules: Rule[] = [
  {
    id: 'deposit/upstream-simple-flow',
    says: 'A draft gets three files by form, is published under its own id, and then refuses what drafts allow: 404, 405, 403 each in its place.',
    source: FLOW_TESTS,
    needs: ['publish'],
    async check(target) {
      const draft = await createDraft(target, PRESENTATION);
      let file = '';
      for (const number of [0, 1, 2]) {
        const parts = form(['file', `test-${number}.txt`, `test-${number}.txt`], ['name', `test-${number}`]);
        const made = await call(target, 'POST', draft.links.files, { body: parts });
        assert.deepEqual([made.status, (made.json as OldStyleFile).filename], [201, `test-${number}`]);
        file = (made.json as OldStyleFile).links.self;
      }
      const answer = await call(target, 'POST', draft.links.publish);
      assert.deepEqual([answer.status, shown(answer).id], [202, draft.id]);
      assert.equal((await call(target, 'GET', `/api/records/${draft.id}`, { token: null })).status, 200);
      const refused = [
        await call(target, 'POST', draft.links.publish),
        await save(target, draft, PRESENTATION),
        await call(target, 'DELETE', draft.links.self),
        await call(target, 'GET', draft.links.files),
        await call(target, 'PUT', draft.links.files, { json: [{ id: 'x' }] }),
        await call(target, 'POST', draft.links.files, { body: form(['file', 'x', 'test-5.txt']) }),
        await call(target, 'DELETE', file),
        await call(target, 'PUT', file, { json: { filename: 'another_test.pdf' } }),
      ];
      assert.deepEqual(
        refused.map(({ status }) => status),
        [404, 404, 404, 200, 405, 404, 403, 405],
      );
    },
  },
  {
    id: 'deposit/upstream-versions',
    says: 'A new version already has files and metadata. Files can be added and removed, and it can be published.',
    source: FLOW_TESTS,
    needs: ['publish'],
    async check(target) {
      const first = await createDraft(target, PRESENTATION);
      await call(target, 'POST', first.links.files, { body: form(['file', 'x', 'test-1.txt']) });
      const record = shown(await call(target, 'POST', first.links.publish));
      const next = shown(await call(target, 'POST', record.links['newversion'] ?? ''));
      const read = await call(target, 'GET', `${BASE}/${next.id}`);
      const { links, files } = read.json as Deposition;
      assert.deepEqual([read.status, files.map(({ filename }) => filename)], [200, ['test-1.txt']]);
      const added = await call(target, 'POST', links.files, { body: form(['file', 'y', 'test-2.txt']) });
      const { self } = (added.json as OldStyleFile).links;
      assert.deepEqual([added.status, (await call(target, 'DELETE', self)).status], [201, 204]);
      assert.equal((await save(target, { links }, PRESENTATION)).status, 200);
      assert.equal((await call(target, 'POST', links.publish)).status, 202);
    },
  },
  {
    id: 'deposit/upstream-versions-unpublished',
    says: 'A draft names no versions, and asking the records API for a new one is 404.',
    source: FLOW_TESTS,
    check: onDraft(async (target, draft) => {
      assert.ok(!('versions' in draft.links));
      assert.equal((await call(target, 'POST', `/api/records/${draft.id}/versions`)).status, 404);
    }),
  },
  {
    id: 'deposit/upstream-quickstart',
    says: 'The documented quickstart: `{}`, files by form with and without a name, one by bucket, metadata, publish, and the DOI of the draft’s number.',
    source: `${TESTS}/test_quickstart.py`,
    needs: ['publish'],
    async check(target) {
      const answer = await call(target, 'POST', BASE, { json: {} });
      const draft = answer.json as Deposition & { title: string; doi?: string; owner: unknown };
      assert.deepEqual([answer.status, draft.title, 'doi' in draft], [201, '', false]);
      assert.equal(typeof draft.owner, 'number');
      for (const parts of [
        form(['name', 'my_first_file.csv'], ['file', '1, 2, 3', 'x.csv']),
        form(['file', '1, 2, 3', 'my_second_file.csv']),
      ]) {
        const made = await call(target, 'POST', draft.links.files, { body: parts });
        const { links, ...file } = made.json as OldStyleFile & { checksum: string; filesize: number };
        assert.deepEqual(
          [made.status, file.checksum, file.filesize],
          [201, '66ce05ea43c73b8e33c74c12d0371bc9', 7],
        );
        assert.equal((await call(target, 'GET', links.self)).text, made.text);
      }
      const third = await put(target, draft, 'my_third_file.csv', '4, 5, 6');
      assert.match(third.text, /"mimetype": "text\/csv", "checksum": "md5:c2d626f8beba73ad0cf4e66214f7d949"/);
      const { publication_date: _, access_right: __, ...metadata } = PRESENTATION;
      assert.equal((await save(target, draft, metadata)).status, 200);
      const { links } = shown(await call(target, 'POST', draft.links.publish));
      const record = (await call(target, 'GET', links['self'] ?? '')).json as { doi: string };
      assert.match(record.doi, new RegExp(`^10\\.(5281|5072)/zenodo\\.${draft.id}$`));
    },
  },
  {
    id: 'files/upstream-permissions-stay',
    says: 'Reading a published file through its bucket does not lock the next draft.',
    source: `${TESTS}/deposits/test_rest_api_file_permissions.py`,
    needs: ['publish'],
    async check(target) {
      const draft = await createDraft(target, PRESENTATION);
      await call(target, 'POST', draft.links.files, { body: form(['file', 'first', 'first.txt']) });
      assert.equal((await call(target, 'POST', draft.links.publish)).status, 202);
      assert.equal((await call(target, 'GET', `${draft.links.bucket}/first.txt`)).text, 'first');
      await onDraft(async (_target, second) => {
        const made = await call(target, 'POST', second.links.files, {
          body: form(['file', 'x', 'second.txt']),
        });
        assert.equal(made.status, 201);
      })(target);
    },
  },
  {
    id: 'files/upstream-gone',
    says: 'A deleted file is 404 to read and to delete in both file APIs, and missing from both lists.',
    source: `${TESTS}/test_files_operations.py`,
    check: onDraft(async (target, draft) => {
      const one = await call(target, 'POST', draft.links.files, { body: form(['file', 'one', 'one.txt']) });
      await put(target, draft, 'two.txt', 'two');
      const { self } = (one.json as OldStyleFile).links;
      const bucket = `${draft.links.bucket}/two.txt`;
      for (const url of [self, bucket]) {
        assert.equal((await call(target, 'DELETE', url)).status, 204);
        const after = [await call(target, 'GET', url), await call(target, 'DELETE', url)];
        assert.deepEqual(
          after.map(({ status }) => status),
          [404, 404],
        );
      }
      assert.deepEqual((await call(target, 'GET', draft.links.files)).json, []);
      assert.deepEqual((await call(target, 'GET', draft.links.bucket)).json, { contents: [] });
    }),
  },
];
