import assert from 'node:assert/strict';
import { isDomainError, isFrameworkError, NO_ROUTE, onDraft, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

const RESOURCE = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py';

/** Keys that are accepted unchanged, with their form in links. */
const KEYS = [
  ['blank', 'a b.csv', 'a%20b.csv'],
  ['umlaut', 'Übersicht ä.txt', '%C3%9Cbersicht%20%C3%A4.txt'],
  ['cjk', '日本語.dat', '%E6%97%A5%E6%9C%AC%E8%AA%9E.dat'],
  ['percent', '100%.txt', '100%25.txt'],
  ['hash', 'a#1?.txt', 'a%231%3F.txt'],
  ['reserved', 'a+b,c;d=e@f.txt', 'a+b,c;d=e@f.txt'],
  ['dots', '..hidden', '..hidden'],
  ['longest', 'x'.repeat(255), 'x'.repeat(255)],
  ['longest-emoji', '😀'.repeat(255), '%F0%9F%98%80'.repeat(255)],
] as const;

const TYPES = [
  ['csv', 'text/csv'],
  ['json', 'application/json'],
  ['png', 'image/png'],
  ['pdf', 'application/pdf'],
  ['zip', 'application/zip'],
  ['txt', 'text/plain'],
  ['tar.gz', 'application/gzip'],
  ['unheardof', 'application/octet-stream'],
] as const;

/** Keys: which ones are allowed, and what is guessed from them. */
export const keyRules: Rule[] = [
  ...KEYS.map(
    ([name, key, quoted]): Rule => ({
      id: `files/key-${name}`,
      says: `A key is one path segment, kept as it is: ${name}.`,
      source: RESOURCE,
      check: onDraft(async (target, draft) => {
        const answer = await put(target, draft, key);
        const body = answer.json as { key: string; links: { self: string } };
        assert.deepEqual([answer.status, body.key], [201, key]);
        assert.equal(body.links.self, `${draft.links.bucket}/${quoted}`);
        assert.equal((await call(target, 'GET', body.links.self)).text, 'hello');
      }),
    }),
  ),
  {
    id: 'files/key-too-long',
    says: 'Keys beyond 255 characters are refused.',
    source: 'inveniosoftware/invenio-files-rest:invenio_files_rest/models.py',
    check: onDraft(async (target, draft) => {
      isDomainError(await put(target, draft, 'x'.repeat(256)), 400, 'Filename is too long.');
    }),
  },
  ...['a/b.txt', 'a%2Fb.txt', 'a%2fb.txt'].map(
    (path): Rule => ({
      id: `files/key-slash-${path.replace(/[^a-zA-Z0-9]+/g, '-')}`,
      says: `A slash in a key (\`${path}\`) does not route.`,
      source: 'zenodo/zenodo#2479',
      check: onDraft(async (target, draft) => {
        for (const method of ['PUT', 'GET', 'DELETE']) {
          const body = method === 'PUT' ? { body: new Uint8Array(3) } : {};
          isFrameworkError(await call(target, method, `${draft.links.bucket}/${path}`, body), 404, NO_ROUTE);
        }
      }),
    }),
  ),
  ...TYPES.map(
    ([extension, mimetype]): Rule => ({
      id: `files/mimetype-${extension.replace('.', '-')}`,
      says: `The media type of a \`.${extension}\` is guessed from its key: ${mimetype}.`,
      source: 'inveniosoftware/invenio-files-rest:invenio_files_rest/models.py',
      check: onDraft(async (target, draft) => {
        const answer = await put(target, draft, `a.${extension}`);
        assert.equal((answer.json as { mimetype: string }).mimetype, mimetype);
      }),
    }),
  ),
];
