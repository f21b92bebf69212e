import t from 'tap';
import { command } from './command.js';
import { authorize, call } from './consent.js';
import { startService } from './service.js';

t.test('drafts that were not finished', async (t) => {
  const { url, mock, app, env } = await startService(t, { env: { PRUNE_DRAFTS_AFTER_DAYS: '30' } });
  const { body } = await authorize(url, { container: 'first' });
  const token = String(body['access_token']);
  const post = (path: string, json: unknown = {}) => call(`${url}${path}`, { json, token });
  const make = async (container: string) =>
    Number((await post('/depositions', { container_id: container })).body['deposition_id']);
  const PERSON = { first_name: 'Ada', last_name: 'Lovelace' };
  const describe = (id: number, title: string) =>
    post(`/depositions/${id}/metadata`, { title, contributors: [PERSON], license: 'MIT' });
  const atZenodo = (method: string, path: string, json?: unknown) =>
    fetch(`${mock.url}${path}`, {
      method,
      headers: {
        authorization: 'Bearer mock-token',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
  const upload = (id: number) => {
    const form = new FormData();
    form.set('file', new File(['a,b\n'], 'a.csv'));
    return fetch(`${url}/depositions/${id}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
  };
  const exists = async (id: number) =>
    (await atZenodo('GET', `/api/deposit/depositions/${id}`)).status === 200;

  const empty = Number(body['deposition_id']);
  const described = await make('described');
  await describe(described, 'Described');
  const withFile = await make('with a file');
  t.equal((await upload(withFile)).status, 200);
  const retitled = await make('retitled at Zenodo');
  await describe(retitled, 'Before');
  await atZenodo('PUT', `/api/deposit/depositions/${retitled}`, { metadata: { title: 'By hand' } });
  const typed = await make('typed at Zenodo');
  await atZenodo('PUT', `/api/deposit/depositions/${typed}`, { metadata: { title: 'By hand' } });
  const reserved = await make('reserved');
  await post(`/depositions/${reserved}/doi`);
  const foreignFile = await make('a file by hand');
  const { links } = (await (await atZenodo('GET', `/api/deposit/depositions/${foreignFile}`)).json()) as {
    links: { bucket: string };
  };
  await fetch(`${links.bucket}/by-hand.txt`, {
    method: 'PUT',
    headers: { authorization: 'Bearer mock-token', 'content-type': 'application/octet-stream' },
    body: 'x',
  });
  const published = await make('published');
  await describe(published, 'Published');
  await upload(published);
  t.equal((await post(`/depositions/${published}/publish`)).status, 200);
  const goneId = await make('gone');
  await atZenodo('DELETE', `/api/deposit/depositions/${goneId}`);
  const elsewhere = (await (await atZenodo('POST', '/api/deposit/depositions', {})).json()) as { id: number };
  await describe(elsewhere.id, 'Not made here');

  const kept = [retitled, typed, reserved, foreignFile];
  const goes = [empty, described, withFile];
  const run = async (...args: string[]) => {
    const { code, rows, stdout, stderr } = await command(['drafts', ...args], env);
    return { code, rows, output: stdout + stderr };
  };

  await t.test('are listed with what speaks for keeping them', async (t) => {
    const { code, rows, output } = await run('list');
    t.equal(code, 0, output);
    t.same(rows.map((row) => row['deposition_id']).sort(), [...goes, ...kept].sort(), 'and no others');
    const reasons = new Map(rows.map((row) => [row['deposition_id'], row['kept_because']]));
    for (const id of goes) t.equal(reasons.get(id), null);
    t.match(reasons.get(retitled), /changed at Zenodo/);
    t.match(reasons.get(typed), /changed at Zenodo/);
    t.match(reasons.get(reserved), /DOI/);
    t.match(reasons.get(foreignFile), /no record of/);
    t.notMatch(output, new RegExp(token), 'no token');
  });

  await t.test('are not deleted before their time, nor without --yes', async (t) => {
    t.same((await run('prune', '--older-than', '30d', '--yes')).rows, [], 'all are young');
    const { rows } = await run('prune', '--older-than', '0h');
    t.same(
      rows
        .filter((row) => row['would_delete'])
        .map((row) => row['deposition_id'])
        .sort(),
      [...goes].sort(),
    );
    for (const id of goes) t.ok(await exists(id));
    const one = await run('prune', '--older-than', '0h', '--limit', '1');
    t.equal(one.rows.filter((row) => row['would_delete']).length, 1, 'no more than it is told');
    t.equal((await run('prune')).code, 2, 'an age must be named');
  });

  await t.test('are deleted by the scheduler once old enough, where the operator wants it', async (t) => {
    await app.cleanup.run();
    for (const id of goes) t.ok(await exists(id), 'not yet');
    await app.database
      .$executeRaw`UPDATE drafts SET updated_at = now() - interval '31 days' WHERE deposition_id = ${empty}`;
    await app.cleanup.run();
    t.notOk(await exists(empty));
    t.ok(await exists(described));
  });

  await t.test('do not stay because Zenodo does not delete one of them', async (t) => {
    const path = `/api/deposit/depositions/${described}`;
    const fault = mock.faults.add({ method: 'DELETE', path, status: 403 });
    const { code, rows } = await run('prune', '--older-than', '0h', '--yes');
    mock.faults.remove(fault.id);
    const found = (word: string) => rows.filter((row) => row[word]).map((row) => row['deposition_id']);
    t.same([code, found('failed'), found('deleted')], [1, [described], [withFile]]);
  });

  await t.test('are deleted with --yes, and nothing else is', async (t) => {
    const { code, rows, output } = await run('prune', '--older-than', '0h', '--yes');
    t.equal(code, 0);
    t.same(
      rows
        .filter((row) => row['deleted'])
        .map((row) => row['deposition_id'])
        .sort(),
      [described],
    );
    t.notOk(await exists(described));
    t.notOk(await exists(withFile));
    for (const id of [...kept, published, elsewhere.id]) t.ok(await exists(id), `${id} stays`);
    const rowsOf = app.database.draft.findMany({ where: { deletedAt: { not: null } } });
    const who = new Map((await rowsOf).map((row) => [Number(row.depositionId), row]));
    t.match(who.get(empty), { deletedBy: 'age', deletionRequestId: null }, 'who deleted it is written down');
    for (const id of [described, withFile])
      t.match(who.get(id), { deletedBy: 'operator', deletionRequestId: /^command-/ });
    t.match(who.get(goneId), { deletedBy: 'elsewhere', deletionRequestId: null });
    t.match(
      output,
      new RegExp(`"audit":"operator_deleted_draft","by":"command".*"deposition_id":${described}`),
    );
    t.equal(
      (await call(`${url}/depositions/${described}`, { method: 'DELETE', token })).status,
      204,
      'ours to delete',
    );
  });
});
