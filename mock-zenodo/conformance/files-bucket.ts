import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isDomainError, isFrameworkError, keyUrl, NO_ROUTE, onDraft, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

const RESOURCE = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py';
const SERIALIZER = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/files.py';
const PARSERS =
  'inveniosoftware/invenio-records-resources:invenio_records_resources/resources/files/resource.py';
const WRONG_TYPE = "Invalid 'Content-Type' header. Expected one of: application/octet-stream";

/** Keys that are taken as they are, with their form in links. */
const KEYS = [
  ['blank', 'a b.csv', 'a%20b.csv'],
  ['umlaut', 'Übersicht ä.txt', '%C3%9Cbersicht%20%C3%A4.txt'],
  ['cjk', '日本語.dat', '%E6%97%A5%E6%9C%AC%E8%AA%9E.dat'],
  ['percent', '100%.txt', '100%25.txt'],
  ['hash', 'a#1?.txt', 'a%231%3F.txt'],
  ['reserved', 'a+b,c;d=e@f.txt', 'a+b,c;d=e@f.txt'],
  ['dots', '..hidden', '..hidden'],
  ['longest', 'x'.repeat(255), 'x'.repeat(255)],
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

const REFUSED_TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/octet-stream; charset=binary',
  'application/zip',
  'text/csv',
];

/** `/api/files/:bucket/:key`: uploading, naming, overwriting. */
export const bucketRules: Rule[] = [
  {
    id: 'files/put-answer',
    says: 'An upload answers 201 with spaced JSON in a fixed order, md5 with its prefix, and three links.',
    source: SERIALIZER,
    check: onDraft(async (target, draft) => {
      const answer = await put(target, draft, 'a b.csv', 'hello', {
        'content-type': 'application/octet-stream',
      });
      const url = `${draft.links.bucket}/a%20b.csv`;
      const stamp = '\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{6}\\+00:00';
      const pattern = `^\\{"created": "${stamp}", "updated": "${stamp}", "version_id": "([-0-9a-f]{36})", "key": "a b.csv", "size": 5(?:\\.0)?, "mimetype": "text/csv", "checksum": "md5:5d41402abc4b2a76b9719d911017c592", "is_head": true, "delete_marker": false, "links": (\\{.*\\})\\}$`;
      const found = new RegExp(pattern).exec(answer.text);
      assert.ok(found, answer.text);
      const links = { self: url, version: `${url}?version_id=${found[1]}`, uploads: `${url}?uploads=1` };
      assert.deepEqual(JSON.parse(found[2] ?? ''), links);
      assert.equal(answer.status, 201);
    }),
  },
  {
    id: 'files/put-no-etag',
    says: 'The answer to an upload has no ETag.',
    source: RESOURCE,
    check: onDraft(async (target, draft) => {
      assert.equal((await put(target, draft, 'a')).headers.get('etag'), null);
    }),
  },
  {
    id: 'files/md5',
    says: 'The checksum is the md5 of the bytes that were sent, binary ones too.',
    source: SERIALIZER,
    check: onDraft(async (target, draft) => {
      const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 256);
      const answer = await put(target, draft, 'a.bin', bytes);
      const { checksum, size } = answer.json as { checksum: string; size: number };
      assert.equal(checksum, `md5:${createHash('md5').update(bytes).digest('hex')}`);
      assert.equal(size, 100_000);
    }),
  },
  {
    id: 'files/content-type-none',
    says: 'An upload needs no Content-Type.',
    source: PARSERS,
    check: onDraft(async (target, draft) => {
      assert.equal((await put(target, draft, 'a')).status, 201);
    }),
  },
  ...REFUSED_TYPES.map(
    (type): Rule => ({
      id: `files/content-type-refused-${type.replace(/[^a-z]+/g, '-')}`,
      says: `An upload as \`${type}\` is refused with 415, before anybody asks who sends it.`,
      source: 'megasanjay/upload-to-zenodo#54',
      check: onDraft(async (target, draft) => {
        for (const token of [target.token, null]) {
          isDomainError(await put(target, draft, 'a', 'x', { 'content-type': type }, token), 415, WRONG_TYPE);
        }
      }),
    }),
  ),
  ...['text/html', 'application/*', 'application/vnd.inveniordm.v1+json'].map(
    (accept): Rule => ({
      id: `files/accept-refused-${accept.replace(/[^a-z]+/g, '-')}`,
      says: `\`Accept: ${accept}\` is refused with 406, by uploads as by downloads.`,
      source: PARSERS,
      check: onDraft(async (target, draft) => {
        const message = "Invalid 'Accept' header. Expected one of: application/json";
        isDomainError(await put(target, draft, 'a', 'x', { accept }), 406, message);
        await put(target, draft, 'a');
        isDomainError(await call(target, 'GET', keyUrl(draft, 'a'), { headers: { accept } }), 406, message);
      }),
    }),
  ),
  {
    id: 'files/empty',
    says: 'Files without bytes are refused.',
    source: 'zenodo/zenodo-rdm:invenio.cfg',
    check: onDraft(async (target, draft) => {
      isDomainError(await put(target, draft, 'a', ''), 400, 'Empty files are not accepted.');
    }),
  },
  {
    id: 'files/chunked',
    says: 'A body without Content-Length counts as empty and is refused.',
    source: 'zenodo/zenodo#1986',
    check: onDraft(async (target, draft) => {
      const response = await fetch(keyUrl(draft, 'a'), {
        method: 'PUT',
        headers: { authorization: `Bearer ${target.token}` },
        body: new Blob(['hello']).stream(),
        duplex: 'half',
      });
      const text = await response.text();
      assert.deepEqual(
        [response.status, text],
        [400, '{"status": 400, "message": "Empty files are not accepted."}'],
      );
    }),
  },
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
    says: 'Listing a bucket answers 500: its serializer is broken.',
    source: 'zenodo/zenodo#2506',
    check: onDraft(async (target, draft) => {
      assert.equal((await call(target, 'GET', draft.links.bucket)).status, 500);
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
    id: 'files/bucket-not-uuid',
    says: 'A bucket that is no UUID is a 500.',
    source: RESOURCE,
    needs: ['mock'],
    async check(target) {
      assert.equal((await call(target, 'GET', '/api/files/nonsense/a')).status, 500);
    },
  },
];
