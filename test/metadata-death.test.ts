import t from 'tap';
import { authorize, call } from './consent.js';
import { startReplica } from './replica.js';
import { startService } from './service.js';
import { eventually, put } from './uploads.js';

const TOKEN = 'mock-token';
const RDM = 'application/vnd.inveniordm.v1+json';

/** What only Zenodo's own form can say. */
const TYPED = {
  additional_titles: [{ title: 'Ein anderer Titel', type: { id: 'alternative-title' } }],
  creators: [
    {
      person_or_org: { type: 'organizational', name: 'Collaboration, The' },
      affiliations: [{ name: 'One' }, { name: 'Two' }],
    },
  ],
};

t.test('a save that is cut off half-way is completed', async (t) => {
  // The service's clock can be put forward, so that a sweep need not be waited for.
  let ahead = 0;
  const { url, mock, env, app } = await startService(t, { dependencies: { now: () => Date.now() + ahead } });
  const atZenodo = async (method: string, path: string, json?: unknown) => {
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      accept: RDM,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const answer = await fetch(`${mock.url}${path}`, { method, headers, ...body });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, Record<string, unknown>>;
  };
  const draftPath = (id: number) => `/api/records/${id}/draft`;
  const describe = (id: number, json: unknown, token: unknown = TOKEN, base = url) =>
    call(`${base}/depositions/${id}/metadata`, { json, token });
  /** A draft that its user has gone over on Zenodo's page. */
  const typed = async (container: string, token: unknown = TOKEN): Promise<number> => {
    const made = await call(`${url}/depositions`, { json: { container_id: container }, token });
    const id = Number(made.body['deposition_id']);
    const json = { title: container, contributors: [{ first_name: 'A', last_name: 'B' }], license: 'MIT' };
    t.equal((await describe(id, json, token)).status, 200);
    await type(id, TYPED);
    return id;
  };
  const type = async (id: number, fields: Record<string, unknown>) => {
    const { access, metadata } = await atZenodo('GET', draftPath(id));
    const content = { ...metadata, resource_type: { id: 'dataset' }, rights: [{ id: 'mit' }], ...fields };
    const json = { access, files: { enabled: true }, pids: {}, metadata: content };
    await atZenodo('PUT', draftPath(id), json);
  };
  const owed = async (id: number) =>
    (await app.database.draft.findFirst({ where: { depositionId: id } }))?.owed ?? null;

  await t.test('the second call fails: the next save puts back what was typed', async (t) => {
    const id = await typed('lost connection');
    mock.faults.add({ method: 'PUT', path: draftPath(id), status: 502, times: 1 });
    t.match(await describe(id, { keywords: ['new'] }), { status: 502 });
    t.notMatch((await atZenodo('GET', draftPath(id)))['metadata'], TYPED, 'it is gone for now');
    t.not(await owed(id), null, 'but not forgotten');
    const { status, body } = await describe(id, { version: '2' });
    t.equal(status, 200);
    t.notMatch((body['warnings'] as string[]).join('\n'), /may be lost/);
    const { metadata } = await atZenodo('GET', draftPath(id));
    t.match(metadata, { ...TYPED, subjects: [{ subject: 'new' }], version: '2' });
    t.equal(await owed(id), null);
  });

  await t.test('nobody calls again: the sweep puts it back', async (t) => {
    const { body } = await authorize(url, { container: 'swept' });
    const id = await typed('swept', body['access_token']);
    mock.faults.add({ method: 'PUT', path: draftPath(id), status: 502, times: 1 });
    t.match(await describe(id, { keywords: ['new'] }, body['access_token']), { status: 502 });
    t.equal(await app.drafts.settleDebts(), 0, 'its own call is given time');
    ahead = 120_000;
    t.equal(await app.drafts.settleDebts(), 1);
    ahead = 0;
    const { metadata } = await atZenodo('GET', draftPath(id));
    t.match(metadata, { ...TYPED, subjects: [{ subject: 'new' }] });
    t.equal(await owed(id), null);
  });

  await t.test('somebody wrote in between: his word stands, and the next call says so', async (t) => {
    const id = await typed('written in between');
    mock.faults.add({ method: 'PUT', path: draftPath(id), status: 502, times: 1 });
    t.match(await describe(id, { keywords: ['new'] }), { status: 502 });
    await type(id, { title: 'Typed anew' });
    const { status, body } = await describe(id, { version: '2' });
    t.match({ status, body }, { status: 200, body: { title: 'Typed anew' } });
    t.match((body['warnings'] as string[]).join('\n'), /cut off half-way/);
    t.equal(await owed(id), null);
  });

  await t.test('somebody writes at the very moment of putting back: his word stands', async (t) => {
    const id = await typed('overtaken');
    mock.faults.add({ method: 'PUT', path: draftPath(id), delay: 1, times: 1 });
    const calling = describe(id, { keywords: ['new'] });
    const putting = { method: 'PUT', path: draftPath(id), running: true };
    const before = mock.requests.list(putting).length;
    t.ok(await eventually(() => mock.requests.list(putting).length > before), 'about to be put back');
    await type(id, { title: 'Typed meanwhile' });
    const { status, body } = await calling;
    t.match({ status, body }, { status: 200, body: { title: 'Typed meanwhile' } });
    t.match((body['warnings'] as string[]).join('\n'), /while this call saved/);
    t.equal(await owed(id), null);
  });

  await t.test('what changes the draft and not its description stops nothing', async (t) => {
    const id = await typed('doi meanwhile');
    mock.faults.add({ method: 'PUT', path: draftPath(id), delay: 1, times: 1 });
    const calling = describe(id, { keywords: ['new'] });
    const putting = { method: 'PUT', path: draftPath(id), running: true };
    const before = mock.requests.list(putting).length;
    t.ok(await eventually(() => mock.requests.list(putting).length > before), 'about to be put back');
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    // A DOI that is reserved changes the draft's revision and nothing that was written.
    await fetch(`${mock.url}${draftPath(id)}/pids/doi`, { method: 'POST', headers });
    const { status, body } = await calling;
    t.equal(status, 200);
    t.notMatch((body['warnings'] as string[]).join('\n'), /while this call saved/);
    t.match((await atZenodo('GET', draftPath(id)))['metadata'], { ...TYPED, subjects: [{ subject: 'new' }] });
  });

  await t.test('a save that Zenodo refused owes nothing', async (t) => {
    const id = await typed('refused');
    t.match(await describe(id, { language: 'qqq' }), { status: 400 });
    t.equal(await owed(id), null);
    t.match((await atZenodo('GET', draftPath(id)))['metadata'], TYPED);
  });

  await t.test('kill -9 between the two calls: publishing elsewhere puts it back first', async (t) => {
    const dying = await startReplica(t, { ...env, LOG_LEVEL: 'info' });
    const id = await typed('killed');
    t.equal((await put(url, id, 'data.csv', Buffer.from('a,b\n'))).status, 200);
    const view = { method: 'GET', path: draftPath(id), running: true };
    const before = mock.requests.list(view).length;
    mock.faults.add({ method: 'GET', path: draftPath(id), after: 1, delay: 30, times: 1 });
    const cut = describe(id, { keywords: ['new'] }, TOKEN, dying.url).catch(() => null);
    const between = () => mock.requests.list(view).length === before + 2;
    t.ok(await eventually(between), 'the first is done, the second not begun');
    await dying.kill('SIGKILL');
    t.equal(await cut, null);
    const publish = () => call(`${url}/depositions/${id}/publish`, { json: {}, token: TOKEN });
    let answer = await publish();
    await eventually(async () => {
      if (answer.status === 409) answer = await publish();
      return answer.status !== 409;
    }, 20);
    t.match(answer, { status: 200, body: { outcome: 'published' } });
    t.match((await atZenodo('GET', `/api/records/${id}`))['metadata'], {
      ...TYPED,
      subjects: [{ subject: 'new' }],
    });
  });
});
