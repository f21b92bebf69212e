import assert from 'node:assert/strict';
import { form, isDomainError, isFrameworkError, onDraft, publish, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

const RESOURCE = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py';
const SERIALIZER = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/files.py';
const TESTS = 'zenodo/zenodo-rdm:site/tests/legacy/deposits';
const BAD_REQUEST = 'The browser (or proxy) sent a request that this server could not understand.';

/** Names as they are sent, and the results of `secure_filename`. */
const NAMES = [
  ['my file.txt', 'my_file.txt'],
  ['a/b/c.txt', 'a_b_c.txt'],
  ['données é.csv', 'donnees_e.csv'],
  ['../../etc/passwd', 'etc_passwd'],
  ['README', 'README'],
  ['.hidden', 'hidden'],
  ['a  b\tc.txt', 'a_b_c.txt'],
  ['100% [new] (1).txt', '100_new_1.txt'],
] as const;

interface OldStyleFile {
  id: string;
  filename: string;
}

/** Uploads as forms: names, duplicates, refusals. */
export const formRules: Rule[] = [
  {
    id: 'files/form-answer',
    says: 'A form upload answers 201 with the file in a fixed order, its size as a float, md5 without prefix.',
    source: SERIALIZER,
    check: onDraft(async (target, draft) => {
      const answer = await call(target, 'POST', draft.links.files, {
        body: form(['file', 'hello', 'a.csv']),
      });
      const { id } = answer.json as OldStyleFile;
      const record = draft.links.self.replace(/deposit\/depositions/, 'records');
      assert.deepEqual(
        [answer.status, answer.text],
        [
          201,
          `{"id": "${id}", "filename": "a.csv", "filesize": 5.0, "checksum": "5d41402abc4b2a76b9719d911017c592", "links": {"self": "${draft.links.files}/${id}", "download": "${record}/draft/files/a.csv/content"}}`,
        ],
      );
    }),
  },
  ...NAMES.map(
    ([sent, kept], index): Rule => ({
      id: `files/form-name-${index + 1}`,
      says: `The name \`${sent.replace('\t', '\\t')}\` of a form becomes \`${kept}\`.`,
      source: 'pallets/werkzeug:src/werkzeug/utils.py',
      check: onDraft(async (target, draft) => {
        const body = form(['name', sent], ['file', 'hello', 'other.bin']);
        const answer = await call(target, 'POST', draft.links.files, { body });
        assert.equal((answer.json as OldStyleFile).filename, kept, answer.text);
      }),
    }),
  ),
  {
    id: 'files/form-name-order',
    says: 'The field `name` counts before and after the file. Without it, the file’s own name counts.',
    source: RESOURCE,
    check: onDraft(async (target, draft) => {
      const bodies = [
        form(['name', 'before.txt'], ['file', 'x', 'own-1.txt']),
        form(['file', 'x', 'own-2.txt'], ['name', 'after.txt']),
        form(['file', 'x', 'own-3.txt']),
      ];
      for (const body of bodies) await call(target, 'POST', draft.links.files, { body });
      const list = (await call(target, 'GET', draft.links.files)).json as OldStyleFile[];
      const names = list.map(({ filename }) => filename).sort();
      assert.deepEqual(names, ['after.txt', 'before.txt', 'own-3.txt']);
    }),
  },
  {
    id: 'files/form-duplicate',
    says: 'A name that is in use is refused: forms never overwrite.',
    source: RESOURCE,
    check: onDraft(async (target, draft) => {
      await put(target, draft, 'a_b.txt');
      const body = form(['file', 'other', 'a b.txt']);
      const answer = await call(target, 'POST', draft.links.files, { body });
      isDomainError(answer, 400, 'File with key a_b.txt already exists.');
    }),
  },
  ...(
    [
      ['no-file', 'A form without a part `file`', () => ({ body: form(['name', 'x']) })],
      ['text', 'A part `file` that is no file', () => ({ body: form(['file', 'x']) })],
      ['json', 'JSON in place of a form', () => ({ json: { name: 'x' } })],
      ['nothing', 'No body at all', () => ({})],
    ] as const
  ).map(
    ([id, what, options]): Rule => ({
      id: `files/form-missing-${id}`,
      says: `${what} is the framework’s 400 for every sender.`,
      source: RESOURCE,
      check: onDraft(async (target, draft) => {
        for (const token of [target.token, null]) {
          const answer = await call(target, 'POST', draft.links.files, { ...options(), token });
          isFrameworkError(answer, 400, BAD_REQUEST);
        }
      }),
    }),
  ),
  {
    id: 'files/form-empty',
    says: 'An empty file is refused in forms too.',
    source: 'zenodo/zenodo-rdm:invenio.cfg',
    check: onDraft(async (target, draft) => {
      const answer = await call(target, 'POST', draft.links.files, { body: form(['file', '', 'a.txt']) });
      isDomainError(answer, 400, 'Empty files are not accepted.');
    }),
  },
  {
    id: 'files/form-guest',
    says: 'Guests may not upload forms.',
    source: `${TESTS}/test_rest_api_file_permissions.py`,
    check: onDraft(async (target, draft) => {
      const body = form(['file', 'x', 'a.txt']);
      isDomainError(
        await call(target, 'POST', draft.links.files, { body, token: null }),
        403,
        'Permission denied.',
      );
    }),
  },
  {
    id: 'files/form-published',
    says: 'A published record without a draft accepts no forms (404), and its files cannot be deleted (403).',
    source: `${TESTS}/test_rest_api_simpleflow.py`,
    needs: ['publish'],
    async check(target) {
      const { id, files } = await publish(target);
      const url = `/api/deposit/depositions/${id}/files`;
      const body = form(['file', 'x', 'b.txt']);
      isDomainError(await call(target, 'POST', url, { body }), 404, 'Not found.');
      isDomainError(await call(target, 'DELETE', `${url}/${files[0]?.id}`), 403, 'Permission denied.');
    },
  },
];
