import assert from 'node:assert/strict';
import { createRdm, onRdmDraft, RDM, RDM_METADATA, type RdmRecord, rdm, upload } from './records-flow.js';
import { type Answer, call, type Rule, type Target } from './rule.js';

const TESTS = 'inveniosoftware/invenio-rdm-records:tests/resources';

interface Page {
  hits: { hits: RdmRecord[]; total: number };
  links: { self: string };
}

const shown = (answer: Answer) => answer.json as RdmRecord;

async function publishOnce(target: Target, metadata: object = RDM_METADATA): Promise<Answer> {
  const { id } = await createRdm(target, metadata);
  assert.equal((await upload(target, id, 'test.txt', 'x')).status, 200);
  return rdm(target, 'POST', `/api/records/${id}/draft/actions/publish`);
}

/** The records API as InvenioRDM's own tests use it. */
export const rdmFlowRules: Rule[] = [
  {
    id: 'records/upstream-echo',
    says: 'A whole draft that was read can be changed and sent back, links and all, without an error.',
    source: `${TESTS}/test_resources.py`,
    check: onRdmDraft(async (target, { id }) => {
      const path = `/api/records/${id}/draft`;
      const draft = shown(await rdm(target, 'GET', path));
      const json = { ...draft, metadata: { ...draft.metadata, title: 'New title' } };
      assert.equal((await upload(target, id, 'a.txt', 'x')).status, 200);
      const saved = await rdm(target, 'PUT', path, { json });
      assert.deepEqual([saved.status, shown(saved).errors], [200, undefined]);
      assert.equal(shown(await rdm(target, 'GET', path)).metadata['title'], 'New title');
    }),
  },
  {
    id: 'records/upstream-unknown-key',
    says: 'An unknown key is ignored silently.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/record.py',
    async check(target) {
      const made = await rdm(target, 'POST', '/api/records', {
        json: { metadata: RDM_METADATA, foo: 'FOO!' },
      });
      const { errors, id, ...draft } = shown(made);
      await call(target, 'DELETE', `/api/records/${id}/draft`);
      assert.deepEqual([made.status, errors], [201, undefined]);
      assert.ok(!('foo' in draft));
    },
  },
  {
    id: 'records/upstream-partial',
    says: 'A title that is too short is reported in `errors` and not stored, when a draft is created or changed.',
    source: `${TESTS}/test_resources.py`,
    check: onRdmDraft(async (target, { id }) => {
      assert.equal((await upload(target, id, 'a.txt', 'x')).status, 200);
      const json = { metadata: { ...RDM_METADATA, title: '' }, files: { enabled: true } };
      const made = await rdm(target, 'POST', '/api/records', { json });
      const saved = await rdm(target, 'PUT', `/api/records/${id}/draft`, { json });
      await call(target, 'DELETE', `/api/records/${shown(made).id}/draft`);
      const expected = [{ field: 'metadata.title', messages: ['Shorter than minimum length 3.'] }];
      assert.deepEqual([made.status, shown(made).errors], [201, expected]);
      assert.deepEqual([saved.status, shown(saved).errors], [200, expected]);
      assert.ok(!('title' in shown(await rdm(target, 'GET', `/api/records/${id}/draft`)).metadata));
    }),
  },
  ...(
    [
      ['date', { publication_date: '' }, 'metadata.publication_date', 'Missing data for required field.'],
      [
        'organisation',
        { creators: [...RDM_METADATA.creators, { person_or_org: { type: 'organizational' } }] },
        'metadata.creators.1.person_or_org.name',
        'Name cannot be blank.',
      ],
    ] as const
  ).map(
    ([name, part, field, message]): Rule => ({
      id: `records/upstream-publish-${name}`,
      says: `Publishing is refused with \`${field}\`: ${message}`,
      source: `${TESTS}/test_publish_errors.py`,
      async check(target) {
        const answer = await publishOnce(target, { ...RDM_METADATA, ...part });
        assert.deepEqual([answer.status, shown(answer).errors], [400, [{ field, messages: [message] }]]);
      },
    }),
  ),
  {
    id: 'records/upstream-files-type',
    says: 'The RDM media type is also accepted for files of drafts and for vocabularies, and is then the type of the response.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/config.py',
    check: onRdmDraft(async (target, { id }) => {
      const files = `/api/records/${id}/draft/files`;
      const answers = [
        await rdm(target, 'POST', files, { json: [{ key: 'a.txt' }] }),
        await rdm(target, 'GET', files),
        await rdm(target, 'GET', '/api/vocabularies/licenses/mit'),
      ];
      assert.deepEqual(
        answers.map(({ status, headers }) => [status, headers.get('content-type')]),
        [
          [201, RDM],
          [200, RDM],
          [200, RDM],
        ],
      );
    }),
  },
  {
    id: 'records/upstream-slash',
    says: 'Files with slashes in their keys are read by them, as entries, as contents and in the archive, by anyone.',
    source: `${TESTS}/test_files.py`,
    needs: ['publish'],
    async check(target) {
      const { id } = await createRdm(target);
      assert.equal((await upload(target, id, 'folder/test.pdf', 'x')).status, 200);
      assert.equal((await rdm(target, 'POST', `/api/records/${id}/draft/actions/publish`)).status, 202);
      for (const path of [
        'files',
        'files/folder/test.pdf',
        'files/folder/test.pdf/content',
        'files-archive',
      ]) {
        const answer = await call(target, 'GET', `/api/records/${id}/${path}`, { token: null });
        assert.deepEqual([answer.status, answer.text === ''], [200, false], path);
      }
    },
  },
  {
    id: 'records/upstream-search-order',
    says: 'Searches without a query are ordered by age in the public and among one’s own, by version among siblings.',
    source: 'zenodo/zenodo-rdm:invenio.cfg',
    needs: ['publish'],
    async check(target) {
      const { id } = shown(await publishOnce(target));
      const self = async (path: string) => ((await rdm(target, 'GET', path)).json as Page).links.self;
      assert.match(await self('/api/records'), /\/api\/records\?page=1&size=25&sort=newest$/);
      assert.match(await self('/api/user/records'), /\/api\/user\/records\?page=1&size=25&sort=newest$/);
      assert.match(await self(`/api/records/${id}/versions`), /\/versions\?page=1&size=25&sort=version$/);
    },
  },
  {
    id: 'records/upstream-own-published',
    says: '`is_published` in a query distinguishes a user’s own drafts from their records.',
    source: `${TESTS}/test_resources.py`,
    needs: ['publish'],
    check: onRdmDraft(async (target, { id: draft }) => {
      const { id: record } = shown(await publishOnce(target));
      for (const [published, found] of [
        [true, record],
        [false, draft],
      ] as const) {
        const path = `/api/user/records?q=is_published:${published} AND (id:${draft} OR id:${record})`;
        const { hits } = (await rdm(target, 'GET', path.replaceAll(' ', '%20'))).json as Page;
        assert.deepEqual(
          hits.hits.map(({ id }) => id),
          [found],
        );
      }
    }),
  },
];
