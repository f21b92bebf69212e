import t, { type Test } from 'tap';
import {
  add,
  type Community,
  joined,
  type Request,
  review,
  submit,
} from '../conformance/communities-flow.js';
import { createRdm, PUBLISHABLE, publish, rdm, upload } from '../conformance/records-flow.js';
import { call, type Target } from '../conformance/rule.js';
import { type MockZenodo, startMockZenodo } from '../index.js';

async function running(t: Test): Promise<{ mock: MockZenodo; target: Target; curator: Target }> {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const target = { url: mock.url, token: 'mock-token', secondToken: 'mock-token-2' };
  return { mock, target, curator: { ...target, token: 'mock-token-2' } };
}

const named = async (target: Target, slug: string) =>
  (await call(target, 'GET', `/api/communities/${slug}`)).json as Community;

t.test('records are removed by the staff, whom tests play: 410 with a tombstone everywhere', async (t) => {
  const { mock, target } = await running(t);
  const { id } = await publish(target);
  mock.records.remove(id, { reason: 'spam', note: 'Advertising.' });
  for (const path of [
    `/api/records/${id}`,
    `/api/records/${id}/files`,
    `/api/records/${id}/communities`,
    `/api/deposit/depositions/${id}`,
  ]) {
    const answer = await call(target, 'GET', path);
    t.equal(answer.status, 410, path);
    t.match(
      answer.json,
      {
        message: 'Record deleted',
        tombstone: { removal_reason: { id: 'spam' }, note: 'Advertising.', removed_by: { user: 'system' } },
      },
      path,
    );
  }
  t.match((await call(target, 'GET', `/api/records?q=recid:${id}`)).json, { hits: { total: 0 } });
  t.throws(() => mock.records.remove(id), 'only once');
  t.throws(() => mock.records.remove(1));

  const metadata = PUBLISHABLE;
  const { depositions } = await mock.seed({
    depositions: [{ metadata, files: [{ name: 'a.txt', content: 'a' }], state: 'removed' }],
  });
  t.equal(depositions[0]?.state, 'deleted');
  t.equal((await call(target, 'GET', `/api/records/${depositions[0]?.id}`)).status, 410);
  const other = await publish(target);
  const removed = await call(target, 'POST', '/_mock/records/remove', { json: { id: other.id } });
  t.equal(removed.status, 204);
  t.equal((await call(target, 'GET', `/api/records/${other.id}`)).status, 410);
  const unknown = await call(target, 'POST', '/_mock/records/remove', { json: { id: 1 } });
  t.equal(unknown.status, 404);
});

t.test('after thirty days the owner only asks for a record to be removed', async (t) => {
  const { mock, target } = await running(t);
  const { id } = await publish(target);
  mock.clock.advance(31 * 24 * 3600);
  const json = { reason: 'retracted', comment: 'Wrong numbers.' };
  const asked = await call(target, 'POST', `/api/records/${id}/request-deletion`, { json });
  t.match(asked, {
    status: 201,
    json: { type: 'record-deletion', status: 'submitted', receiver: null, payload: json },
  });
  t.equal((await call(target, 'GET', `/api/records/${id}`)).status, 200, 'it is still there');
});

t.test('the legacy field joins where no review is needed, and fails without a word otherwise', async (t) => {
  const { mock, target } = await running(t);
  await mock.seed({
    users: [{ username: 'ann' }],
    communities: [
      { slug: 'open', owner: 'mock-user' },
      { slug: 'member', owner: 'ann', members: ['mock-user'] },
      { slug: 'closed', owner: 'mock-user', reviewPolicy: 'closed' },
      { slug: 'foreign', owner: 'ann' },
    ],
  });
  const communities = ['open', 'member', 'closed', 'foreign', 'nowhere'].map((identifier) => ({
    identifier,
  }));
  const { id } = await publish(target, { communities });
  t.strictSame(await joined(target, id), [
    (await named(target, 'open')).id,
    (await named(target, 'member')).id,
  ]);
  t.match((await call(target, 'GET', '/api/requests/')).json, { hits: { total: 0 } }, 'nobody was asked');
});

t.test('owners and managers change members, who may hide and leave', async (t) => {
  const { mock, target, curator } = await running(t);
  await mock.seed({
    users: [{ username: 'manager', token: 'manager-token' }],
    communities: [
      {
        slug: 'team',
        owner: 'mock-user',
        members: ['mock-user-2', { user: 'manager', role: 'manager' }],
      },
    ],
  });
  const manager = { ...target, token: 'manager-token' };
  const path = '/api/communities/team/members';
  const put = (who: Target, ids: string[], change: object) =>
    call(who, 'PUT', path, { json: { members: ids.map((id) => ({ type: 'user', id })), ...change } });
  const leave = (who: Target, id: string) =>
    call(who, 'DELETE', path, { json: { members: [{ type: 'user', id }] } });
  const roles = async () => {
    const { json } = await call(target, 'GET', path);
    const { hits } = json as { hits: { hits: { member: { id: string }; role: string; visible: boolean }[] } };
    return hits.hits
      .map(({ member, role, visible }) => `${member.id} ${role}${visible ? '' : ' hidden'}`)
      .sort();
  };
  const seen = async () =>
    ((await call(target, 'GET', `${path}/public`)).json as { hits: { total: number } }).hits.total;

  t.match((await put(manager, ['3'], { role: 'curator' })).text, /You cannot change your own role/);
  t.equal((await put(manager, ['1'], { role: 'reader' })).status, 403, 'managers do not decide on owners');
  t.equal((await put(manager, ['2'], { role: 'owner' })).status, 403);
  t.equal((await put(curator, ['3'], { role: 'reader' })).status, 403);
  t.match((await put(target, ['2'], { visible: true })).text, /public visibility on your own membership/);
  t.match((await put(target, ['2', '2'], { visible: false })).text, /Invalid member specified/);
  t.equal((await put(manager, ['2'], { visible: false })).status, 204);
  t.strictSame(await roles(), ['1 owner', '2 curator hidden', '3 manager']);
  t.equal(await seen(), 2);
  t.equal((await put(curator, ['2'], { visible: true })).status, 204);
  t.equal(await seen(), 3);

  t.match((await leave(target, '1')).text, /at least one owner/);
  t.equal((await leave(manager, '1')).status, 403);
  t.equal((await put(target, ['2'], { role: 'owner' })).status, 204);
  t.equal((await leave(curator, '1')).status, 204, 'there is another owner');
  t.equal((await call(target, 'GET', path)).status, 403);
  t.match((await call(curator, 'GET', path)).json, { hits: { total: 2 } });
});

t.test('the index of a removed version is not used again', async (t) => {
  const { mock, target } = await running(t);
  const files = [{ name: 'a.txt', content: 'a' }];
  const { depositions } = await mock.seed({
    depositions: [{ metadata: PUBLISHABLE, files, versions: [{ state: 'removed' }] }],
  });
  const next = await rdm(target, 'POST', `/api/records/${depositions[0]?.id}/versions`);
  t.match(next.json, { versions: { index: 3 } });
});

t.test('restricted communities are seen by those who belong, and take restricted records only', async (t) => {
  const { mock, target, curator } = await running(t);
  const { communities } = await mock.seed({
    communities: [{ slug: 'secret', owner: 'mock-user', visibility: 'restricted' }],
  });
  const id = communities[0]?.id ?? '';
  t.equal((await call(target, 'GET', '/api/communities/secret')).status, 200);
  t.equal((await call(curator, 'GET', '/api/communities/secret')).status, 403);
  t.match((await call(curator, 'GET', '/api/communities')).json, { hits: { total: 0 } });
  const open = await publish(target);
  t.match((await add(target, open.id, id)).text, /A public record cannot be included in a restricted/);
  const restricted = await publish(target, { access_right: 'restricted', access_conditions: 'Ask.' });
  t.equal((await add(target, restricted.id, id)).status, 400, 'restricted files alone do not make it so');
});

t.test(
  'curators see, edit and decide on what is handed in; afterwards only if it was accepted',
  async (t) => {
    const { mock, target, curator } = await running(t);
    await mock.seed({ communities: [{ slug: 'data', owner: 'mock-user-2', reviewPolicy: 'closed' }] });
    const community = await named(target, 'data');
    const draft = await createRdm(target);
    await upload(target, draft.id, 'a.csv', 'hello');
    const path = `/api/records/${draft.id}/draft`;
    await review(target, draft.id, community);
    t.equal((await rdm(curator, 'GET', path)).status, 403, 'not before it is handed in');
    const request = await submit(target, draft.id);
    t.equal((await rdm(curator, 'GET', path)).status, 200);
    const metadata = { ...draft.metadata, title: 'Curated' };
    t.equal((await rdm(curator, 'PUT', path, { json: { metadata, files: { enabled: true } } })).status, 200);

    const snapshot = await mock.export({ files: true });
    const declined = await call(curator, 'POST', `/api/requests/${request.id}/actions/decline`);
    t.match(declined.json, { status: 'declined', is_open: false, is_closed: true, links: { actions: {} } });
    t.equal((await rdm(curator, 'GET', path)).status, 403);

    await mock.import(snapshot);
    const accepted = (await call(curator, 'POST', `/api/requests/${request.id}/actions/accept`)).json;
    t.equal((accepted as Request).status, 'accepted', 'requests survive export and import');
    const record = await rdm(target, 'GET', `/api/records/${draft.id}`);
    t.match(record.json, {
      metadata: { title: 'Curated' },
      parent: { communities: { ids: [community.id], default: community.id, entries: [{ slug: 'data' }] } },
    });
  },
);

t.test('parallel submissions make one review; parallel acceptance publishes once', async (t) => {
  const { mock, target, curator } = await running(t);
  await mock.seed({ communities: [{ slug: 'data', owner: 'mock-user-2', reviewPolicy: 'closed' }] });
  const community = await named(target, 'data');
  const draft = await createRdm(target);
  await upload(target, draft.id, 'a.csv', 'hello');
  await review(target, draft.id, community);
  const path = `/api/records/${draft.id}/draft/actions/submit-review`;
  const submitted = await Promise.all([1, 2, 3].map(() => call(target, 'POST', path)));
  t.strictSame(submitted.map(({ status }) => status).sort(), [202, 400, 400]);
  const [{ id }] = submitted.filter(({ status }) => status === 202).map(({ json }) => json as Request) as [
    Request,
  ];
  const decided = await Promise.all(
    ['accept', 'accept', 'decline'].map((action) =>
      call(curator, 'POST', `/api/requests/${id}/actions/${action}`),
    ),
  );
  t.strictSame(decided.map(({ status }) => status).sort(), [200, 400, 400]);
});

t.test('a user who starts anew has no requests left; the other keeps theirs', async (t) => {
  const { mock, target, curator } = await running(t);
  await mock.seed({ communities: [{ slug: 'data', owner: 'mock-user', reviewPolicy: 'closed' }] });
  const { id } = await named(target, 'data');
  for (const who of [target, curator]) {
    const record = await publish(who);
    t.equal((await add(who, record.id, id)).status, 200);
  }
  await mock.reset('mock-user-2');
  t.match((await call(target, 'GET', `/api/communities/${id}/requests`)).json, {
    hits: { total: 1, hits: [{ created_by: { user: '1' } }] },
  });
});
