import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isDomainError, keyUrl, onDraft, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

const RESOURCE = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py';
const SERIALIZER = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/files.py';
const PARSERS =
  'inveniosoftware/invenio-records-resources:invenio_records_resources/resources/files/resource.py';
const WRONG_TYPE = "Invalid 'Content-Type' header. Expected one of: application/octet-stream";

const REFUSED_TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/octet-stream; charset=binary',
  'application/zip',
  'text/csv',
];

/** Uploads: the response, and what is refused. */
export const uploadRules: Rule[] = [
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
      says: `An upload as \`${type}\` is refused with 415, before the token is checked.`,
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
];
