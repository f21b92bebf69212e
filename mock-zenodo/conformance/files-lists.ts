import assert from 'node:assert/strict';
import { form, isFrameworkError, NO_ROUTE, onDraft, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

const RESOURCE = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py';
const SERIALIZER = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/files.py';
const TESTS = 'zenodo/zenodo-rdm:site/tests/legacy/deposits';
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

interface OldStyleFile {
  id: string;
  filename: string;
}

/** `/api/deposit/depositions/:id/files`: lists, single files, wrong methods. */
export const fileListRules: Rule[] = [
  {
    id: 'files/list',
    says: 'The list is an array with floats for sizes, whichever way the files came, in the order they came.',
    source: SERIALIZER,
    check: onDraft(async (target, draft) => {
      await put(target, draft, 'b.csv');
      await call(target, 'POST', draft.links.files, { body: form(['file', 'hello', 'a.csv']) });
      const answer = await call(target, 'GET', draft.links.files);
      const names = (answer.json as OldStyleFile[]).map(({ filename }) => filename);
      assert.deepEqual([answer.status, names], [200, ['b.csv', 'a.csv']]);
      assert.equal(answer.text.match(/"filesize": 5\.0,/g)?.length, 2);
    }),
  },
  {
    id: 'files/list-in-deposition',
    says: 'Inside a deposition the same files have integers for sizes.',
    source: SERIALIZER,
    check: onDraft(async (target, draft) => {
      await put(target, draft, 'b.csv');
      const answer = await call(target, 'GET', draft.links.self);
      assert.match(answer.text, /"filename": "b\.csv", "filesize": 5, "checksum": "5d41402a/);
    }),
  },
  {
    id: 'files/one',
    says: 'One file is read by its id, and deleted by it: 204, then 404.',
    source: RESOURCE,
    check: onDraft(async (target, draft) => {
      const made = await call(target, 'POST', draft.links.files, { body: form(['file', 'hello', 'a.csv']) });
      const url = `${draft.links.files}/${(made.json as OldStyleFile).id}`;
      assert.equal((await call(target, 'GET', url)).text, made.text);
      const removed = await call(target, 'DELETE', url);
      assert.deepEqual([removed.status, removed.text], [204, '']);
      isFrameworkError(await call(target, 'DELETE', url), 404, NO_ROUTE);
    }),
  },
  {
    id: 'files/one-unknown',
    says: 'A file id that is not there is the router’s 404.',
    source: RESOURCE,
    check: onDraft(async (target, draft) => {
      for (const method of ['GET', 'DELETE']) {
        isFrameworkError(await call(target, method, `${draft.links.files}/${UNKNOWN}`), 404, NO_ROUTE);
      }
    }),
  },
  ...(
    [
      ['PUT', 'sorting files'],
      ['PATCH', 'patching the list'],
      ['DELETE', 'deleting all files'],
    ] as const
  ).map(
    ([method, what]): Rule => ({
      id: `files/list-${method.toLowerCase()}`,
      says: `${method} on the list (${what}) is 405.`,
      source: `${TESTS}/test_rest_api_simpleflow.py`,
      check: onDraft(async (target, draft) => {
        assert.equal((await call(target, method, draft.links.files)).status, 405);
      }),
    }),
  ),
  ...(
    [
      ['PUT', 'renaming'],
      ['PATCH', 'patching'],
      ['POST', 'posting to'],
    ] as const
  ).map(
    ([method, what]): Rule => ({
      id: `files/one-${method.toLowerCase()}`,
      says: `${method} on a file (${what} it) is 405.`,
      source: `${TESTS}/test_rest_api_simpleflow.py`,
      check: onDraft(async (target, draft) => {
        assert.equal((await call(target, method, `${draft.links.files}/${UNKNOWN}`)).status, 405);
      }),
    }),
  ),
];
