import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { onDraft, publish, sharedRecord } from './records-flow.js';
import { type Answer, call, type Rule, type Target } from './rule.js';

const VIEWS = 'inveniosoftware/invenio-app-rdm:invenio_app_rdm/records_ui/views/records.py';
const DECORATORS = 'inveniosoftware/invenio-app-rdm:invenio_app_rdm/records_ui/views/decorators.py';
const BADGES = 'inveniosoftware/invenio-formatter:invenio_formatter/views.py';
const NEEDS: Rule['needs'] = ['publish'];

/** Requests a page as a browser that is not logged in. */
function visit(target: Target, path: string): Promise<Answer> {
  return call(target, 'GET', path, { token: null, headers: { accept: 'text/html' } });
}

/** Fails unless a response is a 302 to that path of the same site. */
function isSentTo(target: Target, answer: Answer, path: string): void {
  assert.equal(answer.status, 302, answer.text.slice(0, 200));
  assert.equal(new URL(answer.headers.get('location') ?? '', target.url).href, `${target.url}${path}`);
}

function isPage(answer: Answer, status: number): void {
  assert.equal(answer.status, status);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
}

/** The pages that people and download tools follow. */
export const pageRules: Rule[] = [
  {
    id: 'records/page',
    says: 'A record has a page with its title, its files and its DOI.',
    source: VIEWS,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const answer = await visit(target, `/records/${id}`);
      isPage(answer, 200);
      assert.match(answer.text, /<h1[^>]*>\s*A rule about files\s*<\/h1>/);
      assert.ok(answer.text.includes(`/records/${id}/files/b.txt`));
      assert.ok(answer.text.includes(`zenodo.${id}`));
    },
  },
  {
    id: 'records/page-signposting',
    says: 'The page names DOI, files and the record’s JSON in its Link header.',
    source: DECORATORS,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const link = (await visit(target, `/records/${id}`)).headers.get('link') ?? '';
      assert.match(link, /^<https:\/\/doi\.org\/10\.\d+\/zenodo\.\d+> ; rel="cite-as" , /);
      assert.ok(link.includes(`<${target.url}/records/${id}/files/b.txt> ; rel="item" ; type="text/plain"`));
      const linkset = `<${target.url}/api/records/${id}> ; rel="linkset" ; type="application/linkset+json"`;
      assert.ok(link.endsWith(` , ${linkset}`));
    },
  },
  {
    id: 'records/page-latest',
    says: '`/records/ID/latest` and the page of the concept lead (302) to the page of the newest version.',
    source: VIEWS,
    needs: NEEDS,
    async check(target) {
      const { id, conceptrecid } = await sharedRecord(target);
      isSentTo(target, await visit(target, `/records/${id}/latest`), `/records/${id}`);
      isSentTo(target, await visit(target, `/records/${conceptrecid}`), `/records/${id}`);
    },
  },
  {
    id: 'records/page-download',
    says: 'Files are downloaded below the page, with `?download=1` to be kept instead of shown.',
    source: VIEWS,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const shown = await visit(target, `/records/${id}/files/a%20b.csv`);
      assert.deepEqual([shown.status, shown.text], [200, 'hello']);
      assert.equal(shown.headers.get('content-md5'), createHash('md5').update('hello').digest('hex'));
      const kept = await visit(target, `/records/${id}/files/a%20b.csv?download=1`);
      assert.equal(kept.headers.get('content-disposition'), 'attachment; filename="a b.csv"');
    },
  },
  {
    id: 'records/page-download-collection',
    says: 'A download names the page of its record in its Link header.',
    source: DECORATORS,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const link = (await visit(target, `/records/${id}/files/b.txt`)).headers.get('link') ?? '';
      assert.ok(link.startsWith(`<${target.url}/records/${id}> ; rel="collection" ; type="text/html"`), link);
    },
  },
  {
    id: 'records/page-restricted',
    says: 'Links to restricted files send guests to the login. The page of the record stays public.',
    source: VIEWS,
    needs: NEEDS,
    async check(target) {
      const { id } = await publish(target, { access_right: 'restricted', access_conditions: 'Ask.' });
      isPage(await visit(target, `/records/${id}`), 200);
      const answer = await visit(target, `/records/${id}/files/a.csv`);
      assert.equal(answer.status, 302);
      assert.match(answer.headers.get('location') ?? '', /\/login\/\?next=/);
    },
  },
  {
    id: 'records/page-draft',
    says: 'Drafts have no page for the public; the page to upload asks guests to log in.',
    source: VIEWS,
    check: onDraft(async (target, { id }) => {
      isPage(await visit(target, `/records/${id}`), 404);
      const answer = await visit(target, `/uploads/${id}`);
      assert.equal(answer.status, 302);
      assert.match(answer.headers.get('location') ?? '', /\/login\/\?next=/);
    }),
  },
  {
    id: 'records/page-unknown',
    says: 'Pages that do not exist are HTML, with 404.',
    source: VIEWS,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const unknown = [
        '/records/nothing',
        '/records/nothing/latest',
        `/records/${id}/files/no.txt`,
        '/no-page',
      ];
      for (const path of unknown) isPage(await visit(target, path), 404);
    },
  },
  {
    id: 'records/page-doi',
    says: '`/doi/…` leads (302) to the page of the record with that DOI.',
    source: VIEWS,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const record = (await call(target, 'GET', `/api/records/${id}`)).json as { doi: string };
      isSentTo(target, await visit(target, `/doi/${record.doi}`), `/records/${id}`);
    },
  },
  {
    id: 'records/badge',
    says: 'Any DOI has a badge as SVG, at `doi` and `DOI`, escaped in the path or not; the link of drafts without one leads nowhere.',
    source: BADGES,
    async check(target) {
      for (const path of ['doi/10.5281/zenodo.12', 'doi/10.5281%2Fzenodo.12', 'DOI/10.5281/zenodo.12']) {
        const answer = await visit(target, `/badge/${path}.svg`);
        assert.equal(answer.status, 200);
        assert.match(answer.headers.get('content-type') ?? '', /^image\/svg\+xml/);
        assert.match(answer.text, />10\.5281\/zenodo\.12</);
      }
      assert.equal((await visit(target, '/badge/doi/.svg')).status, 404);
    },
  },
];
