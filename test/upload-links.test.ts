import { createHash } from 'node:crypto';
import t from 'tap';
import { call } from './consent.js';
import { startService } from './service.js';
import { askForLink, connect, newLink, pageLink, RETURN } from './upload-links.js';
import { look, put, stored } from './uploads.js';

t.test('an upload link', async (t) => {
  const time = { now: Date.now() };
  const { url, app, mock } = await startService(t, { dependencies: { now: () => time.now } });
  const alice = await connect(url, 'c1');
  const links = `${url}/depositions/${alice.id}/upload-links`;

  await t.test('is made, shown, listed and ended by the application', async (t) => {
    const made = await askForLink(url, alice, { application_name: 'Data desk', locale: 'de' });
    t.match(made, {
      status: 201,
      body: {
        deposition_id: alice.id,
        return_url: RETURN,
        application_name: 'Data desk',
        locale: 'de',
        state: 'active',
        reason: null,
        folders: 'zip',
        sync: false,
        max_bytes: null,
        max_files: null,
        ended_at: null,
        expires_at: new Date(time.now + 2 * 3600 * 1000).toISOString(),
      },
    });
    const [page, secret = ''] = String(made.body['url']).split('#');
    t.equal(page, `${url}/upload`);
    t.match(secret, /^zdl_[A-Za-z0-9_-]{43}$/);
    const id = String(made.body['upload_link_id']);
    const row = await app.database.uploadLink.findUniqueOrThrow({ where: { id } });
    t.equal(row.secretHash, createHash('sha256').update(secret).digest('hex'));
    t.notOk(JSON.stringify(row, (_k, v) => (typeof v === 'bigint' ? Number(v) : v)).includes(secret));
    const { url: _, ...shown } = made.body;
    t.same((await call(`${links}/${id}`, { method: 'GET', token: alice.token })).body, {
      ...shown,
      upload_ids: [],
    });
    t.same((await call(links, { method: 'GET', token: alice.token })).body, { upload_links: [shown] });
    for (const _again of [1, 2]) {
      t.equal((await call(`${links}/${id}`, { method: 'DELETE', token: alice.token })).status, 204);
    }
    t.match((await call(`${links}/${id}`, { method: 'GET', token: alice.token })).body, {
      state: 'ended',
      reason: 'revoked',
    });
    t.match((await pageLink(url, secret)).body, {
      state: 'ended',
      reason: 'revoked',
      draft: null,
      uploads: [],
    });
    t.match(await put(url, alice.id, 'x', Buffer.from('x'), { authorization: `Bearer ${secret}` }), {
      status: 410,
      body: { code: 'upload_link_ended', reason: 'revoked', return_url: RETURN },
    });
  });

  await t.test('brings files to its draft; these uploads alone can be looked at with it', async (t) => {
    const { secret, id } = await newLink(url, alice);
    const ours = await put(url, alice.id, 'by-application.csv', Buffer.from('123'), {
      authorization: `Bearer ${alice.token}`,
    });
    t.equal(ours.status, 200);
    const theirs = await put(url, alice.id, 'by-user.csv', Buffer.from('12345'), {
      authorization: `Bearer ${secret}`,
    });
    t.match(theirs, { status: 200, body: { state: 'done' } });
    t.equal(stored(mock, alice.id)['by-user.csv'], theirs.body.files[0]?.checksum.slice(4));
    t.equal((await look(theirs.body.status_url, { token: secret })).status, 200);
    t.match(await look(ours.body.status_url, { token: secret }), {
      status: 404,
      body: { code: 'upload_not_found' },
    });
    t.equal((await look(`${theirs.body.status_url}`, { token: alice.token })).status, 200);
    const shown = await pageLink(url, secret);
    t.match(shown, {
      status: 200,
      body: {
        upload_link_id: id,
        state: 'active',
        connection: 'active',
        draft_error: null,
        limits: { used_bytes: 5, used_files: 1, deposition_files: 100 },
      },
    });
    const draft = shown.body['draft'] as { files: { name: string; size: number }[]; free_bytes: number };
    t.same(
      draft.files.filter(({ name }) => name.startsWith('by-')).sort((a, b) => (a.name < b.name ? -1 : 1)),
      [
        { name: 'by-application.csv', size: 3 },
        { name: 'by-user.csv', size: 5 },
      ],
    );
    t.equal(draft.free_bytes, 50_000_000_000 - draft.files.reduce((sum, { size }) => sum + size, 0));
    t.same(
      (shown.body['uploads'] as { upload_id: string }[]).map((one) => one.upload_id),
      [theirs.body.upload_id],
    );
    const events = await fetch(`${theirs.body.status_url}/events`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    t.match(await events.text(), /^event: upload\ndata: \{/);
  });
});
