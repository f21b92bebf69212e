import { buffer } from 'node:stream/consumers';
import { ZipArchive } from 'archiver';
import t from 'tap';
import { authorize, call } from './consent.js';
import { endLeases, startReplica } from './replica.js';
import { startService } from './service.js';
import { eventually, formOf, put, upload as sendForm, TOKEN } from './uploads.js';

const SECRET = 'artifacts:\n- {artifact_name: Answers, access_level: Private}\n';

/** A zip with a manifest that calls an artifact private. */
async function zipped(): Promise<Buffer> {
  const zip = new ZipArchive();
  zip.append('x', { name: 'data/x.csv' });
  zip.append(SECRET, { name: 'data/manifest.rdmc' });
  void zip.finalize();
  return buffer(zip);
}

t.test('a draft that must be closed is closed, whatever fails in between', async (t) => {
  // What counts the time of a call can be put forward, so that its end need not be waited for.
  let ahead = 0;
  const elapsed = performance.now.bind(performance);
  t.intercept(performance, 'now', { value: () => elapsed() + ahead });
  const { url, mock, env, app, databaseUrl } = await startService(t);
  const draftPath = (id: number) => `/api/records/${id}/draft`;
  const viewPath = (id: number) => `/api/deposit/depositions/${id}`;
  const post = (path: string, json: unknown, token: unknown = TOKEN) =>
    call(`${url}/depositions/${path}`, { json, token });
  /** A draft that could be published but for what comes. */
  const make = async (container: string, token: unknown = TOKEN): Promise<number> => {
    const made = await call(`${url}/depositions`, { json: { container_id: container }, token });
    const id = Number(made.body['deposition_id']);
    const contributors = [{ first_name: 'Ada', last_name: 'Lovelace' }];
    t.equal(
      (await post(`${id}/metadata`, { title: container, contributors, license: 'MIT' }, token)).status,
      200,
    );
    return id;
  };
  const access = async (id: number) => {
    const answer = await fetch(`${mock.url}${viewPath(id)}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    return ((await answer.json()) as { metadata: Record<string, unknown> }).metadata['access_right'];
  };
  const owed = async (id: number) =>
    (await app.database.pendingAction.findMany({ where: { draft: { depositionId: id } } })).flatMap(
      ({ subjects }) => subjects,
    );
  const send = (id: number, files: Record<string, Buffer | string>, token: unknown = TOKEN) =>
    sendForm(url, id, formOf(files, { access_token: String(token) }));
  const warnings = (body: Record<string, unknown>) => (body['warnings'] as string[]).join('\n');
  /** Sends files while Zenodo saves nothing, until the service has lost its patience. */
  const sendInVain = async (id: number, files: Record<string, Buffer | string>, token: unknown = TOKEN) => {
    const fault = mock.faults.add({ method: 'PUT', path: draftPath(id), status: 503 });
    const tries = { method: 'PUT', path: draftPath(id) };
    const before = mock.requests.list(tries).length;
    const answer = send(id, files, token);
    t.ok(await eventually(() => mock.requests.list(tries).length > before + 1), 'it is tried again');
    ahead = 60_000;
    const { status, body } = await answer;
    ahead = 0;
    t.equal(status, 200);
    t.same(await owed(id), ['Answers (Private)'], 'and not forgotten');
    t.equal(await access(id), 'open');
    return { body, recover: () => mock.faults.remove(fault.id) };
  };

  await t.test('Zenodo fails once: the caller does not notice', async (t) => {
    const id = await make('fails once');
    mock.faults.add({ method: 'PUT', path: draftPath(id), status: 503, times: 1 });
    const { status, body } = await send(id, { 'manifest.rdmc': SECRET });
    t.equal(status, 200);
    t.match(warnings(body), /were restricted because of Answers \(Private\)/);
    t.match(body['notices'], [
      { code: 'files_restricted', user_message: /visible only to people whom you allow/ },
    ]);
    t.equal(await access(id), 'restricted');
    t.same(await owed(id), []);
  });

  await t.test('Zenodo fails for the whole call: what goes on in the background closes it', async (t) => {
    const { body: grant } = await authorize(url, { container: 'fails for long' });
    const token = grant['access_token'];
    const id = await make('fails for long', token);
    const { body, recover } = await sendInVain(id, { 'manifest.rdmc': SECRET }, token);
    t.match(warnings(body), /still open.*Answers \(Private\).*tries again until it succeeds/);
    recover();
    await app.depositions.sweepPending();
    t.equal(await access(id), 'restricted');
    t.same(await owed(id), []);
  });

  await t.test('a manifest in a zip that could not be heeded: not published open', async (t) => {
    const id = await make('zip');
    const { body, recover } = await sendInVain(id, { 'container.zip': await zipped() });
    t.match(warnings(body), /personal token.*only during your calls/);
    const opened = { field: 'metadata.access_right', message: /Answers \(Private\)/ };
    t.match(await post(`${id}/check`, {}), { body: { publishable: false, problems: [opened] } });
    t.match(await post(`${id}/publish`, {}), {
      status: 409,
      body: { code: 'not_publishable', outcome: 'not_published', errors: [opened] },
    });
    recover();
    t.match(await post(`${id}/publish`, {}), { status: 200, body: { outcome: 'published' } });
    t.equal(await access(id), 'restricted', 'it is closed first');
  });

  await t.test('the next upload, whatever it brings, closes it', async (t) => {
    const id = await make('next upload');
    const { recover } = await sendInVain(id, { 'c/manifest.rdmc': SECRET, 'c/a.csv': '1' });
    recover();
    const { body } = await put(url, id, 'b.csv', Buffer.from('2'));
    t.match(warnings(body), /were restricted because of Answers/);
    t.equal(await access(id), 'restricted');
    t.same(await owed(id), []);
    const json = { mode: 'replace', title: 'Replaced', contributors: [{ first_name: 'A', last_name: 'B' }] };
    await post(`${id}/metadata`, json);
    t.equal(await access(id), 'restricted', 'what a folder says is not forgotten with it');
  });

  await t.test('the caller decides meanwhile: their word stands', async (t) => {
    const { body: grant } = await authorize(url, { container: 'decided' });
    const token = grant['access_token'];
    const id = await make('decided', token);
    const { recover } = await sendInVain(id, { 'container.zip': await zipped() }, token);
    recover();
    await post(`${id}/metadata`, { metadata: { access_right: 'open' } }, token);
    t.same(await owed(id), []);
    await app.depositions.sweepPending();
    t.equal(await access(id), 'open');
    t.match(await post(`${id}/publish`, {}, token), { status: 200 });
  });

  await t.test('a description whose answer is lost is owed; one that is refused is not', async (t) => {
    const { body: grant } = await authorize(url, { container: 'described' });
    const token = grant['access_token'];
    const id = await make('described', token);
    mock.faults.add({ method: 'PUT', path: draftPath(id), status: 503, times: 1 });
    t.match(await post(`${id}/metadata`, { manifest: SECRET }, token), { status: 502 });
    t.same(await owed(id), ['Answers (Private)']);
    await app.depositions.sweepPending();
    t.equal(await access(id), 'restricted');
    const other = await make('refused', token);
    t.match(await post(`${other}/metadata`, { manifest: SECRET, language: 'qqq' }, token), { status: 400 });
    t.same(await owed(other), []);
  });

  await t.test('kill -9 between the upload and the closing: another process closes it', async (t) => {
    const dying = await startReplica(t, { ...env, LOG_LEVEL: 'info' });
    const { body: grant } = await authorize(url, { container: 'killed' });
    const tokens = { connection: String(grant['access_token']), personal: TOKEN };
    const cuts: Promise<unknown>[] = [];
    const ids: number[] = [];
    for (const [name, token] of Object.entries(tokens)) {
      const id = await make(`killed, ${name}`, token);
      const looks = { method: 'GET', path: viewPath(id) };
      const before = mock.requests.list(looks).length;
      // The upload itself looks at the draft once; the guard looks next.
      mock.faults.add({ ...looks, after: 1, delay: 60, times: 1 });
      const form = formOf({ 'manifest.rdmc': SECRET }, { access_token: token });
      cuts.push(sendForm(dying.url, id, form).catch(() => null));
      const between = () => mock.requests.list({ ...looks, running: true }).length >= before + 2;
      t.ok(await eventually(between), `${name}: accepted, and not closed`);
      ids.push(id);
    }
    await dying.kill('SIGKILL');
    t.same(await Promise.all(cuts), [null, null]);
    for (const id of ids) t.equal(await access(id), 'open');
    await endLeases(databaseUrl);
    const [connected = 0, personal = 0] = ids;
    const closed = eventually(async () => {
      await app.depositions.sweepPending();
      return (await access(connected)) === 'restricted';
    });
    t.ok(await closed, 'in the background, once the lease of the dead has run out');
    t.ok(
      await eventually(async () => (await access(personal)) === 'restricted'),
      'by the process that takes the upload over',
    );
    t.ok(await eventually(async () => (await owed(personal)).length === 0));
  });

  await t.test(
    'publications and deletions whose end was not seen: the sweep finds out what became of them',
    async (t) => {
      const { body: grant } = await authorize(url, { container: 'unseen' });
      const token = grant['access_token'];
      const ids: number[] = [];
      for (const name of ['published', 'not published', 'deleted', 'kept']) ids.push(await make(name, token));
      const [published = 0, unpublished = 0, deleted = 0, kept = 0] = ids;
      t.equal(
        (await put(url, published, 'a.csv', Buffer.from('a'), { authorization: `Bearer ${String(token)}` }))
          .status,
        200,
      );
      // As a process leaves it that dies while Zenodo is at it.
      const leave = async (id: number, kind: 'publish' | 'delete', askedAt: Date) => {
        const { id: draftId } = await app.database.draft.findFirstOrThrow({ where: { depositionId: id } });
        const key = kind === 'publish' ? 'a key' : null;
        await app.database.pendingAction.create({ data: { draftId, kind, key, askedAt, nextAt: askedAt } });
      };
      const atZenodo = (path: string, method: string) =>
        fetch(`${mock.url}${path}`, { method, headers: { authorization: `Bearer ${TOKEN}` } });
      t.equal((await atZenodo(`${viewPath(published)}/actions/publish`, 'POST')).status, 202);
      t.equal((await atZenodo(viewPath(deleted), 'DELETE')).status, 204);
      const past = new Date(Date.now() - 600_000);
      for (const id of [published, unpublished]) await leave(id, 'publish', past);
      for (const id of [deleted, kept]) await leave(id, 'delete', past);
      const left = () =>
        app.database.pendingAction.count({ where: { draft: { depositionId: { in: ids } } } });
      t.ok(
        await eventually(async () => {
          await app.depositions.sweepPending();
          return (await left()) === 0;
        }),
      );
      const rows = await app.database.draft.findMany({
        where: { depositionId: { in: ids } },
        orderBy: { depositionId: 'asc' },
      });
      t.match(rows, [
        { publishedAt: Date, publishKey: 'a key', deletedAt: null },
        { publishedAt: null, publishKey: null, deletedAt: null },
        { publishedAt: null, deletedAt: Date, current: false },
        { publishedAt: null, deletedAt: null },
      ]);
      const events = await app.database.event.findMany({
        where: { depositionId: { in: ids } },
        orderBy: { depositionId: 'asc' },
      });
      const told = events.map(({ type, depositionId }) => [type, Number(depositionId)]);
      const expected = [
        ['deposition.published', published],
        ['deposition.deleted', deleted],
      ];
      t.same(
        told.filter(([type]) => String(type).startsWith('deposition.')),
        expected,
        'each is told of once',
      );
      t.equal(await access(kept), 'open', 'a deletion that did not happen is not made up for');
    },
  );
});
