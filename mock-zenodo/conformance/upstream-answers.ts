import assert from 'node:assert/strict';
import { createDraft, form, onDraft, publish, put } from './files-flow.js';
import { createRdm, upload } from './records-flow.js';
import { call, type Rule } from './rule.js';

const LINK_TESTS = 'zenodo/zenodo-rdm:site/tests/legacy/test_file_link_serialization.py';
const FORMAT_TESTS = 'zenodo/zenodo-rdm:site/tests/legacy/test_extra_formats.py';
const JSON_SERIALIZER = 'inveniosoftware/flask-resources:flask_resources/serializers/json.py';

interface WithFiles {
  files: { key?: string; links: { self: string; download?: string } }[];
}

/** How responses are written: links, spacing, status lines, formats. */
export const answerRules: Rule[] = [
  {
    id: 'files/upstream-quoted-links',
    says: 'Links to files quote blanks and keep slashes, in depositions and in Zenodo’s record JSON.',
    source: LINK_TESTS,
    async check(target) {
      const { id } = await createRdm(target);
      const key = 'project/report draft.pdf';
      assert.equal((await upload(target, id, key, 'content')).status, 200);
      const quoted = 'project/report%20draft.pdf/content';
      const deposition = (await call(target, 'GET', `/api/deposit/depositions/${id}`)).json as WithFiles;
      const record = (await call(target, 'GET', `/api/records/${id}/draft`)).json as WithFiles;
      const [download, self] = [deposition.files[0]?.links.download, record.files[0]?.links.self];
      assert.ok(download?.endsWith(`/api/records/${id}/draft/files/${quoted}`), download);
      assert.ok(self?.endsWith(`/api/records/${id}/draft/files/${quoted}`), self);
      assert.equal((await call(target, 'GET', self ?? '')).text, 'content');
      await call(target, 'DELETE', `/api/records/${id}/draft`);
    },
  },
  {
    id: 'deposit/upstream-compact-never',
    says: 'Successes are written with a blank after colon and comma, without a trailing newline, non-ASCII characters escaped.',
    source: JSON_SERIALIZER,
    async check(target) {
      const draft = await createDraft(target, { title: 'Zürich → 𝛼' });
      const answer = await call(target, 'GET', draft.links.self);
      await call(target, 'DELETE', draft.links.self);
      assert.match(answer.text, /^\{"created": "[^"]+", "modified": "/);
      assert.match(answer.text, /"title": "Z\\u00fcrich \\u2192 \\ud835\\udefc", "links": \{"self": "/);
      assert.match(answer.text, /"submitted": false\}$/);
    },
  },
  {
    id: 'deposit/upstream-prettyprint',
    says: 'With `?prettyprint=1` successes are indented by two and their keys sorted; errors are not.',
    source: JSON_SERIALIZER,
    check: onDraft(async (target, draft) => {
      const made = await call(target, 'POST', `${draft.links.files}?prettyprint=1`, {
        body: form(['file', 'hello', 'é "1": 2.0.txt']),
      });
      assert.match(
        made.text,
        /^\{\n {2}"checksum": "5d41402abc4b2a76b9719d911017c592",\n {2}"filename": "[^"]+",\n {2}"filesize": 5\.0,\n {2}"id": /,
      );
      const refused = await call(target, 'GET', '/api/deposit/depositions/1?prettyprint=1');
      assert.equal(refused.text, '{"status": 404, "message": "The persistent identifier does not exist."}');
    }),
  },
  {
    id: 'limits/upstream-status-line',
    says: 'Over HTTP/1.1 the reason phrase is in capitals: `404 NOT FOUND`.',
    source: 'pallets/werkzeug:src/werkzeug/wrappers/response.py',
    needs: ['mock'],
    async check(target) {
      const lines = await Promise.all(
        ['/api/records', '/api/records/1', '/api/deposit/depositions'].map(async (path) => {
          const { status, statusText, body } = await fetch(`${target.url}${path}`);
          await body?.cancel();
          return `${status} ${statusText}`;
        }),
      );
      assert.deepEqual(lines, ['200 OK', '404 NOT FOUND', '403 FORBIDDEN']);
    },
  },
  {
    id: 'limits/upstream-options',
    says: 'OPTIONS is answered 200 with `Allow` and an empty page.',
    source: 'pallets/flask:src/flask/app.py',
    async check(target) {
      const answer = await call(target, 'OPTIONS', '/api/deposit/depositions');
      const allowed = answer.headers.get('allow')?.split(', ').sort();
      assert.deepEqual([answer.status, answer.text, allowed], [200, '', ['GET', 'HEAD', 'OPTIONS', 'POST']]);
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
    },
  },
  {
    id: 'records/upstream-formats',
    says: 'Extra formats can be asked for of a deposition and of its record: none is there.',
    source: FORMAT_TESTS,
    needs: ['publish'],
    async check(target) {
      const { id } = await publish(target);
      for (const base of [`/api/deposit/depositions/${id}`, `/api/records/${id}`]) {
        const accept = { accept: 'application/custom+xml' };
        const answers = [
          await call(target, 'GET', `${base}/formats`, { headers: accept }),
          await call(target, 'GET', `${base}/formats?mimetype=application/custom+xml`),
          await call(target, 'OPTIONS', `${base}/formats`),
        ];
        assert.deepEqual(
          answers.map(({ status }) => status),
          [404, 404, 200],
          base,
        );
        assert.deepEqual(answers[2]?.json, []);
      }
    },
  },
  {
    id: 'files/upstream-bucket-guest',
    says: 'Only the owner can list the bucket of a draft. Everyone can list that of a published record.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py',
    needs: ['publish'],
    async check(target) {
      await onDraft(async (_target, draft) => {
        await put(target, draft, 'a.txt');
        assert.equal((await call(target, 'GET', draft.links.bucket, { token: null })).status, 403);
      })(target);
      const { links } = (await publish(target)) as { links: { bucket: string } };
      const open = await call(target, 'GET', links.bucket, { token: null });
      assert.deepEqual(
        (open.json as { contents: { key: string }[] }).contents.map(({ key }) => key),
        ['a.csv'],
      );
    },
  },
];
