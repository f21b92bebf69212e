import assert from 'node:assert/strict';
import { keyUrl, onDraft, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

const HELPERS = 'inveniosoftware/invenio-files-rest:invenio_files_rest/helpers.py';
const MD5 = '5d41402abc4b2a76b9719d911017c592';

/** How each kind of file is downloaded. */
const SHOWN = [
  ['a.txt', 'text/plain; charset=utf-8', 'inline'],
  ['a.html', 'text/plain; charset=utf-8', 'inline'],
  ['a.png', 'image/png', 'inline'],
  ['a.zip', 'application/octet-stream', 'attachment; filename=a.zip'],
] as const;

/** Downloads and their headers. */
export const downloadRules: Rule[] = [
  ...SHOWN.map(
    ([key, type, disposition]): Rule => ({
      id: `files/download-${key.slice(2)}`,
      says: `\`${key}\` is downloaded as \`${type}\`, \`${disposition}\`.`,
      source: HELPERS,
      check: onDraft(async (target, draft) => {
        await put(target, draft, key);
        const { headers } = await call(target, 'GET', keyUrl(draft, key));
        assert.deepEqual(
          [headers.get('content-type'), headers.get('content-disposition')],
          [type, disposition],
        );
      }),
    }),
  ),
  {
    id: 'files/download-headers',
    says: 'A download has its length, its md5 as ETag and Content-MD5, its date of change, and a policy that no script may run.',
    source: HELPERS,
    check: onDraft(async (target, draft) => {
      await put(target, draft, 'a.csv');
      const { status, headers, text } = await call(target, 'GET', keyUrl(draft, 'a.csv'));
      assert.deepEqual([status, text], [200, 'hello']);
      const names = [
        'content-length',
        'etag',
        'content-md5',
        'content-security-policy',
        'x-content-type-options',
      ];
      assert.deepEqual(
        names.map((name) => headers.get(name)),
        ['5', `"md5:${MD5}"`, MD5, "default-src 'none';", 'nosniff'],
      );
      assert.ok(Date.parse(headers.get('last-modified') ?? '') > 0);
    }),
  },
  {
    id: 'files/download-head',
    says: 'HEAD has the same headers without the bytes.',
    source: HELPERS,
    check: onDraft(async (target, draft) => {
      await put(target, draft, 'a.csv');
      const { status, headers, text } = await call(target, 'HEAD', keyUrl(draft, 'a.csv'));
      assert.deepEqual([status, text, headers.get('content-length')], [200, '', '5']);
      assert.equal(headers.get('etag'), `"md5:${MD5}"`);
    }),
  },
  {
    id: 'files/download-conditional',
    says: 'A client that has the bytes already gets 304.',
    source: HELPERS,
    check: onDraft(async (target, draft) => {
      await put(target, draft, 'a.csv');
      const headers = { 'if-none-match': `"md5:${MD5}"` };
      const answer = await call(target, 'GET', keyUrl(draft, 'a.csv'), { headers });
      assert.deepEqual([answer.status, answer.text], [304, '']);
    }),
  },
  {
    id: 'files/download-no-ranges',
    says: 'A range is ignored: the whole file comes with 200.',
    source: HELPERS,
    needs: ['mock'],
    check: onDraft(async (target, draft) => {
      await put(target, draft, 'a.csv');
      const answer = await call(target, 'GET', keyUrl(draft, 'a.csv'), { headers: { range: 'bytes=1-2' } });
      assert.deepEqual([answer.status, answer.text], [200, 'hello']);
    }),
  },
];
