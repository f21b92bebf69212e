import assert from 'node:assert/strict';
import { isDomainError, isFrameworkError, NO_ROUTE, onDraft } from './files-flow.js';
import { publish, type RdmRecord, rdm, sharedRecord } from './records-flow.js';
import { call, type Rule, type Target } from './rule.js';

const RESOURCE =
  'inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/resources/records/resource.py';
const NEEDS: Rule['needs'] = ['publish'];

async function newVersion(target: Target, id: number | string): Promise<RdmRecord> {
  const answer = await rdm(target, 'POST', `/api/records/${id}/versions`);
  assert.equal(answer.status, 201, answer.text);
  return answer.json as RdmRecord;
}

/** Old paths, and where they lead. */
const MOVED = [
  ['/record/12?x=1', '/records/12'],
  ['/record/12/', '/records/12'],
  ['/record/12/files/a.csv?download=1', '/records/12/files/a.csv'],
  ['/record/12/files/b/a%20%231+2.csv', '/records/12/files/b/a%20%231+2.csv'],
  ['/record/12/export/hx/', '/records/12/export/hx'],
  ['/records/12/export/xm/', '/records/12/export/marcxml'],
  ['/record/12/formats?mimetype=a.pdf', '/records/12/media-files/a.pdf'],
  ['/record/12/thumb250', '/records/12/thumb250'],
  ['/deposit/12', '/uploads/12'],
  ['/deposit/?mine', '/me/uploads?q=&is_published=false'],
  ['/deposit/new?c=fog', '/uploads/new?community=fog'],
  ['/communities/about/fog/', '/communities/fog/records'],
  ['/communities/fog/search?q=ice', '/communities/fog/records?q=ice'],
  ['/collection/user-fog', '/communities/fog/records'],
  ['/policies/', 'http://about.zenodo.org/policies/'],
  ['/api/licenses?x=1', '/api/vocabularies/licenses?x=1'],
] as const;

/** Versions of a record, and redirects. */
export const versionRules: Rule[] = [
  {
    id: 'records/latest',
    says: '`versions/latest` is a 301 to the newest version, with a JSON body.',
    source: RESOURCE,
    needs: NEEDS,
    async check(target) {
      const { id } = await sharedRecord(target);
      const answer = await call(target, 'GET', `/api/records/${id}/versions/latest`, { token: null });
      const location = answer.headers.get('location') ?? '';
      assert.ok(location.endsWith(`/api/records/${id}`));
      assert.deepEqual(
        [answer.status, answer.text],
        [301, `{"status": 301, "message": "Moved Permanently.", "location": "${location}"}`],
      );
    },
  },
  {
    id: 'records/concept',
    says: 'The id of a concept redirects (302) to its newest version.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/resources.py',
    needs: NEEDS,
    async check(target) {
      const { id, conceptrecid } = await sharedRecord(target);
      const answer = await call(target, 'GET', `/api/records/${conceptrecid}`, { token: null });
      assert.equal(answer.status, 302);
      assert.ok(answer.headers.get('location')?.endsWith(`/api/records/${id}`));
    },
  },
  {
    id: 'records/versions',
    says: 'The versions are search hits in pages, newest first, published ones only.',
    source: RESOURCE,
    needs: NEEDS,
    async check(target) {
      const first = await publish(target);
      const draft = await newVersion(target, first.id);
      type Hits = { hits: { hits: { id: number }[]; total: number }; links: { self: string } };
      const list = async () => (await call(target, 'GET', `/api/records/${first.id}/versions`)).json as Hits;
      assert.deepEqual(
        (await list()).hits.hits.map(({ id }) => id),
        [first.id],
      );
      await call(target, 'POST', `/api/records/${draft.id}/draft/actions/files-import`);
      assert.equal(
        (await call(target, 'POST', `/api/records/${draft.id}/draft/actions/publish`)).status,
        202,
      );
      const { hits } = await list();
      assert.deepEqual(
        hits.hits.map(({ id }) => id),
        [Number(draft.id), first.id],
      );
      assert.equal(hits.total, 2);
      const second = await call(target, 'GET', `/api/records/${first.id}/versions?size=1&page=2`);
      const page = second.json as Hits;
      assert.deepEqual([page.hits.total, page.hits.hits.map(({ id }) => id)], [2, [first.id]]);
      assert.match(page.links.self, /\/versions\?page=2&size=1&sort=version$/);
      const latest = await call(target, 'GET', `/api/records/${first.id}/versions/latest`);
      assert.ok(latest.headers.get('location')?.endsWith(`/${draft.id}`));
    },
  },
  {
    id: 'records/new-version',
    says: 'A new version has no files, no DOI, no version number, today’s date, and the next index.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/components/metadata.py',
    needs: NEEDS,
    async check(target) {
      const first = await publish(target, { version: '1.0', publication_date: '2020-01-01' });
      const draft = await newVersion(target, first.id);
      assert.deepEqual([draft.files.count, draft.pids], [0, {}]);
      assert.equal(draft.metadata['version'], undefined);
      assert.notEqual(draft.metadata['publication_date'], '2020-01-01');
      assert.deepEqual([draft.versions.index, draft.status], [2, 'new_version_draft']);
      assert.equal(draft.parent.id, first.conceptrecid);
    },
  },
  {
    id: 'records/new-version-twice',
    says: 'A second request for a new version returns the open draft.',
    source: RESOURCE,
    needs: NEEDS,
    async check(target) {
      const first = await publish(target);
      const draft = await newVersion(target, first.id);
      assert.equal((await newVersion(target, first.id)).id, draft.id);
    },
  },
  {
    id: 'records/new-version-of-draft',
    says: 'A draft that was never published cannot have a next version: 404.',
    source: RESOURCE,
    check: onDraft(async (target, { id }) => {
      const answer = await call(target, 'POST', `/api/records/${id}/versions`);
      isDomainError(answer, 404, 'The persistent identifier is not registered.');
    }),
  },
  {
    id: 'records/new-version-foreign',
    says: 'Only the owner can create new versions.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/permissions.py',
    needs: ['publish', 'second-token'],
    async check(target) {
      const { id } = await sharedRecord(target);
      for (const token of [null, target.secondToken ?? null]) {
        const answer = await call(target, 'POST', `/api/records/${id}/versions`, { token });
        isDomainError(answer, 403, 'Permission denied.');
      }
    },
  },
  {
    id: 'records/files-import',
    says: 'Files are imported once, by reference. A draft with files refuses the import.',
    source: 'inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/services/records/service.py',
    needs: NEEDS,
    async check(target) {
      const first = await publish(target);
      const { id } = await newVersion(target, first.id);
      const path = `/api/records/${id}/draft/actions/files-import`;
      const answer = await call(target, 'POST', path);
      const { entries } = answer.json as { entries: { key: string; file_id: string }[] };
      assert.deepEqual([answer.status, entries.length, entries[0]?.file_id], [201, 1, first.files[0]?.id]);
      const again = await call(target, 'POST', path);
      assert.deepEqual(
        [again.status, (again.json as { errors: unknown }).errors],
        [400, [{ field: 'files.enabled', messages: ['Please remove all files first.'] }]],
      );
    },
  },
  ...MOVED.map(
    ([from, to]): Rule => ({
      id: `records/moved${from.replace(/[^a-z]+/g, '-').replace(/-$/, '')}`,
      says: `\`${from}\` leads to \`${to}\`.`,
      source: 'zenodo/zenodo-rdm:site/zenodo_rdm/redirector.py',
      async check(target) {
        const answer = await call(target, 'GET', from, { token: null });
        assert.equal(answer.status, 301);
        const location = new URL(answer.headers.get('location') ?? '', target.url).href;
        assert.equal(location, new URL(to, target.url).href);
      },
    }),
  ),
  {
    id: 'records/slash',
    says: '`/api/records/` redirects to the search; a slash after an id does not route.',
    source:
      'inveniosoftware/invenio-records-resources:invenio_records_resources/resources/records/resource.py',
    needs: ['mock'],
    async check(target) {
      const answer = await call(target, 'GET', '/api/records/?size=1', { token: null });
      assert.ok(answer.headers.get('location')?.endsWith('/api/records?size=1'));
      isFrameworkError(await call(target, 'GET', '/api/records/1/'), 404, NO_ROUTE);
    },
  },
];
