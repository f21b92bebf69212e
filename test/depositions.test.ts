import { createHash } from 'node:crypto';
import t from 'tap';
import type { MockZenodo } from '../mock-zenodo/index.js';
import { authorize, call } from './consent.js';
import { startService } from './service.js';

interface Reply {
  status: number;
  body: Record<string, unknown>;
}

const DESCRIPTION = {
  title: 'A container of data',
  contributors: [{ first_name: 'Ada', last_name: 'Lovelace' }],
};

t.test('the life of drafts over real sockets', async (t) => {
  const { url, mock, app } = await startService(t);
  const token = 'mock-token';
  const post = (
    path: string,
    json: unknown = {},
    headers: Record<string, string> = {},
    as = token,
  ): Promise<Reply> => call(`${url}${path}`, { json, token: as, headers });
  const get = (path: string, as = token): Promise<Reply> =>
    call(`${url}${path}`, { method: 'GET', token: as });
  const remove = (id: unknown, as = token): Promise<Reply> =>
    call(`${url}/depositions/${id}`, { method: 'DELETE', token: as });
  const make = async (container: string): Promise<number> =>
    Number((await post('/depositions', { container_id: container })).body['deposition_id']);
  /** A draft that Zenodo would publish: described, with one file. */
  const ready = async (container: string): Promise<number> => {
    const id = await make(container);
    t.equal((await post(`/depositions/${id}/metadata`, DESCRIPTION)).status, 200);
    await putFile(mock, id, 'data.csv', 'a,b\n');
    return id;
  };
  const published = async (container: string): Promise<number> => {
    const id = await ready(container);
    t.match(await post(`/depositions/${id}/publish`), { status: 200, body: { outcome: 'published' } });
    return id;
  };
  const sent = (method: string, path: string) => mock.requests.list({ method, path }).length;

  await t.test('a container has one draft, however many ask at once', async (t) => {
    const before = sent('POST', '/api/deposit/depositions');
    const replies = await Promise.all(
      Array.from({ length: 12 }, () => post('/depositions', { container_id: 42 })),
    );
    t.equal(new Set(replies.map(({ body }) => body['deposition_id'])).size, 1);
    t.same(replies.map(({ status }) => status).sort(), [...Array(11).fill(200), 201]);
    t.equal(sent('POST', '/api/deposit/depositions') - before, 1, 'Zenodo was asked once');
    t.match(replies[0]?.body, {
      container_id: '42',
      state: 'draft',
      title: '',
      doi: null,
      files: [],
      links: { self: /\/depositions\/\d+$/, zenodo: mock.url },
    });
    t.notOk(
      'prereserve_doi' in Object(replies[0]?.body['metadata']),
      'no DOI is promised that is not reserved',
    );
  });

  await t.test('a user who authorized gets the draft of their container without naming it', async (t) => {
    const { body } = await authorize(url, { container: 'of-the-handle' });
    const own = await post('/depositions', {}, {}, String(body['access_token']));
    t.match(own, {
      status: 200,
      body: { deposition_id: body['deposition_id'], container_id: 'of-the-handle' },
    });
    const other = await post('/depositions', { container_id: 'another' }, {}, String(body['access_token']));
    t.equal(other.status, 201);
    t.not(other.body['deposition_id'], body['deposition_id']);
  });

  await t.test('two users have a draft each for one container', async (t) => {
    const [mine, theirs] = await Promise.all([
      post('/depositions', { container_id: 'shared' }),
      post('/depositions', { container_id: 'shared' }, {}, 'mock-token-2'),
    ]);
    t.not(mine.body['deposition_id'], theirs.body['deposition_id']);
    t.match(await get(`/depositions/${mine.body['deposition_id']}`, 'mock-token-2'), {
      status: 403,
      body: { code: 'not_your_deposition' },
    });
    t.equal((await remove(mine.body['deposition_id'], 'mock-token-2')).status, 403);
  });

  await t.test(
    'a draft that is gone from Zenodo is replaced, a published one is answered as it is',
    async (t) => {
      const gone = await make('gone');
      await atZenodo(mock, 'DELETE', gone);
      const again = await post('/depositions', { container_id: 'gone' });
      t.equal(again.status, 201);
      t.not(again.body['deposition_id'], gone);
      const done = await published('done');
      t.match(await post('/depositions', { container_id: 'done' }), {
        status: 200,
        body: { deposition_id: done, state: 'published', doi: /^10\.5281\/zenodo\./ },
      });
    },
  );

  await t.test('when Zenodo fails to make a draft the next call is not held up', async (t) => {
    mock.faults.add({ method: 'POST', path: '/api/deposit/depositions', status: 500, times: 1 });
    t.match(await post('/depositions', { container_id: 'retry' }), {
      status: 502,
      body: { code: 'zenodo_error' },
    });
    t.equal((await post('/depositions', { container_id: 'retry' })).status, 201);
  });

  await t.test(
    'when the answer is lost nothing is guessed: the call says what may be left behind',
    async (t) => {
      const listed = async () =>
        ((await get('/depositions?size=100')).body['depositions'] as { deposition_id: number }[]).map(
          ({ deposition_id }) => deposition_id,
        );
      const before = await listed();
      mock.faults.add({ method: 'POST', path: '/api/deposit/depositions', drop: true, times: 1 });
      t.match(await post('/depositions', { container_id: 'lost answer' }), {
        status: 502,
        body: { outcome: 'unknown', detail: /may have created an empty draft/ },
      });
      const left = (await listed()).filter((id) => !before.includes(id));
      t.equal(left.length, 1, 'there it is');
      const made = await post('/depositions', { container_id: 'lost answer' });
      t.equal(made.status, 201);
      t.notOk(
        left.includes(Number(made.body['deposition_id'])),
        'what may be another program’s is not taken',
      );
      t.equal((await remove(left[0])).status, 204, 'the user may delete it here');
      mock.faults.add({ method: 'POST', path: '/api/deposit/depositions', status: 500, times: 1 });
      const refused = await post('/depositions', { container_id: 'rolled back' });
      t.notMatch(refused.body, { outcome: 'unknown' }, 'a 500 made none');
      const run = (sql: string) => app.database.$executeRawUnsafe(sql);
      await run(`CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'away' USING ERRCODE = '57P03'; END $$`);
      await run(`CREATE TRIGGER away BEFORE INSERT OR UPDATE ON drafts FOR EACH ROW
        WHEN (NEW.deposition_id IS NOT NULL) EXECUTE FUNCTION away()`);
      for (const json of [{}, { container_id: 'not recorded' }]) {
        t.match(await post('/depositions', json), {
          status: 503,
          body: { outcome: 'unknown', detail: /empty draft that Zenodo has just created/ },
        });
      }
      await run('DROP TRIGGER away ON drafts');
    },
  );

  await t.test('a process that died while it made a draft is taken over from', async (t) => {
    await app.database.draft.create({
      data: {
        owner: ownerOf('mock-token'),
        containerId: 'orphaned-claim',
        leaseBy: 'the dead',
        // Leases are judged by the database's clock, which need not be this process's.
        leaseUntil: new Date(0),
      },
    });
    t.equal((await post('/depositions', { container_id: 'orphaned-claim' })).status, 201);
  });

  await t.test('unknown fields are refused by the calls that are ours alone', async (t) => {
    t.match(await post('/depositions', { container_id: 1, contanier: 2 }), {
      status: 400,
      body: { code: 'invalid_request', errors: [{ field: 'contanier' }] },
    });
    t.match(await post('/depositions', { container_id: '' }), {
      status: 400,
      body: { code: 'invalid_request' },
    });
    t.match(await get('/depositions/12x'), { status: 400, body: { code: 'invalid_deposition_id' } });
    t.match(await get('/depositions/999999999'), { status: 404, body: { code: 'deposition_not_found' } });
  });

  await t.test('depositions are listed, all of them or those of a container', async (t) => {
    const id = await make('listed');
    t.match(await get('/depositions?container_id=listed'), {
      status: 200,
      body: { depositions: [{ deposition_id: id, container_id: 'listed' }] },
    });
    const all = (await get('/depositions?size=100')).body['depositions'] as Record<string, unknown>[];
    t.equal(all.find((item) => item['deposition_id'] === id)?.['container_id'], 'listed');
    t.same((await get('/depositions?container_id=nobody')).body, { depositions: [] });
    await atZenodo(mock, 'DELETE', id);
    t.same((await get('/depositions?container_id=listed')).body, { depositions: [] });
    t.match(await get('/depositions?size=1000'), { status: 400 });
  });

  await t.test('deleting: 204, again 204, and what another hand deleted is 404', async (t) => {
    const id = await make('deleted');
    t.equal((await remove(id)).status, 204);
    t.equal((await remove(id)).status, 204);
    t.match(await get(`/depositions/${id}`), { status: 404 });
    const foreign = await make('deleted elsewhere');
    await atZenodo(mock, 'DELETE', foreign);
    t.match(await remove(foreign), { status: 404, body: { code: 'deposition_not_found' } });
  });

  await t.test('deleting when the answer is lost: done is done', async (t) => {
    const id = await make('lost');
    mock.faults.add({
      method: 'DELETE',
      path: '/api/deposit/depositions/:id',
      status: 504,
      done: true,
      times: 1,
    });
    t.equal((await remove(id)).status, 204);
    const stays = await make('stays');
    mock.faults.add({ method: 'DELETE', path: '/api/deposit/depositions/:id', status: 504, times: 1 });
    t.match(await remove(stays), { status: 504, body: { code: 'zenodo_timeout' } });
    t.equal((await get(`/depositions/${stays}`)).status, 200, 'it is still there, as the answer says');
    t.equal((await remove(stays)).status, 204);
  });

  await t.test('what was published is never deleted, nor the edit that is open on it', async (t) => {
    const id = await published('kept');
    t.match(await remove(id), { status: 409, body: { code: 'already_published', detail: /versions/ } });
    t.match(await post(`/depositions/${id}/edit`), { status: 200, body: { state: 'editing' } });
    t.match(await remove(id), { status: 409, body: { code: 'already_published' } });
    t.equal((await get(`/depositions/${id}`)).body['state'], 'editing', 'the edit is untouched');
  });

  await t.test('communities named in the draft are asked, and the answer says what they did', async (t) => {
    const headers = { authorization: 'Bearer mock-token', 'content-type': 'application/json' };
    const found = async (slug: string, json: unknown) => {
      const body = JSON.stringify({ slug, metadata: { title: slug }, ...Object(json) });
      const answer = await fetch(`${mock.url}/api/communities`, { method: 'POST', headers, body });
      t.equal(answer.status, 201, slug);
    };
    const access = { visibility: 'public', record_submission_policy: 'open' };
    await found('open-door', { access: { ...access, review_policy: 'open' } });
    await found('reviewed', { access: { ...access, review_policy: 'closed' } });
    const id = await ready('communities');
    const slugs = ['open-door', 'reviewed', 'nowhere'];
    const communities = slugs.map((identifier) => ({ identifier }));
    const described = await post(`/depositions/${id}/metadata`, { metadata: { communities } });
    t.match(described, { status: 200, body: { dropped: [] } });
    const { body } = await post(`/depositions/${id}/publish`);
    t.match(body, {
      outcome: 'published',
      communities: [
        { community: 'open-door', outcome: 'joined' },
        { community: 'reviewed', outcome: 'requested' },
        { community: 'nowhere', outcome: 'refused', message: /no such community/ },
      ].sort((a, b) => order(body, a.community) - order(body, b.community)),
    });
    t.match((await post(`/depositions/${id}/publish`)).body, { repeated: true, communities: [] });
    const failing = await ready('communities fail');
    await post(`/depositions/${failing}/metadata`, {
      metadata: { communities: [{ identifier: 'reviewed' }] },
    });
    mock.faults.add({ path: `/api/records/${failing}/communities`, status: 502, times: 1 });
    t.match(await post(`/depositions/${failing}/publish`), {
      status: 200,
      body: { outcome: 'published', communities: [{ community: 'reviewed', outcome: 'unknown' }] },
    });
    t.match((await post(`/depositions/${failing}/publish`)).body, {
      repeated: true,
      communities: [{ community: 'reviewed', outcome: 'requested' }],
    });
    t.match((await post(`/depositions/${failing}/publish`)).body, { repeated: true, communities: [] });
    const lost = await ready('community answer lost');
    await post(`/depositions/${lost}/metadata`, { metadata: { communities: [{ identifier: 'reviewed' }] } });
    mock.faults.add({ path: `/api/records/${lost}/communities`, drop: true, times: 1 });
    t.match((await post(`/depositions/${lost}/publish`)).body, { communities: [{ outcome: 'unknown' }] });
    t.match((await post(`/depositions/${lost}/publish`)).body, { communities: [{ outcome: 'requested' }] });
  });

  await t.test('communities survive what this service puts back after a save', async (t) => {
    const id = await ready('slugs');
    const communities = [{ identifier: 'typed-before' }];
    t.equal((await post(`/depositions/${id}/metadata`, { metadata: { communities } })).status, 200);
    const path = `${mock.url}/api/records/${id}/draft`;
    const headers = {
      authorization: 'Bearer mock-token',
      accept: 'application/vnd.inveniordm.v1+json',
      'content-type': 'application/json',
    };
    const typeTitle = async (further: string) => {
      const draft = (await (await fetch(path, { headers })).json()) as Record<string, object>;
      const content = {
        access: draft['access'],
        files: { enabled: true },
        pids: {},
        custom_fields: draft['custom_fields'],
        metadata: {
          ...draft['metadata'],
          resource_type: { id: 'dataset' },
          additional_titles: [{ title: further, type: { id: 'alternative-title' } }],
        },
      };
      const typed = await fetch(path, { method: 'PUT', headers, body: JSON.stringify(content) });
      t.equal(typed.status, 200);
    };
    await typeTitle('Zweiter');
    const puts = () => sent('PUT', `/api/records/${id}/draft`);
    const before = puts();
    const saved = await post(`/depositions/${id}/metadata`, { keywords: ['k'] });
    t.equal(puts(), before + 1, 'something was put back');
    t.match(saved.body['metadata'], { communities });
    await typeTitle('Dritter');
    const other = [{ identifier: 'another' }];
    const changed = await post(`/depositions/${id}/metadata`, { metadata: { communities: other } });
    t.same(Object(changed.body['metadata'])['communities'], other);
  });

  await t.test('publishing answers the DOI, and again the same', async (t) => {
    const id = await ready('publish');
    const first = await post(`/depositions/${id}/publish`);
    t.match(first, {
      status: 200,
      body: {
        outcome: 'published',
        repeated: false,
        doi: `10.5281/zenodo.${id}`,
        doi_url: `https://doi.org/10.5281/zenodo.${id}`,
        record_url: `${mock.url}/records/${id}`,
        deposition: { state: 'published' },
      },
    });
    t.match(await post(`/depositions/${id}/publish`), {
      status: 200,
      body: { repeated: true, doi: first.body['doi'] },
    });
    t.equal(sent('POST', `/api/deposit/depositions/${id}/actions/publish`), 1, 'Zenodo was told once');
  });

  await t.test('what is missing is named in the caller’s terms', async (t) => {
    const id = await make('incomplete');
    const refused = await post(`/depositions/${id}/publish`);
    t.match(refused, { status: 409, body: { code: 'not_publishable', outcome: 'not_published' } });
    const fields = (refused.body['errors'] as { field: string }[]).map(({ field }) => field);
    for (const field of ['metadata.upload_type', 'metadata.creators', 'metadata.title']) {
      t.ok(fields.includes(field), field);
    }
  });

  await t.test('a 504 that was a success is a success (publish-504-but-done)', async (t) => {
    const id = await ready('504');
    mock.faults.add('publish-504-but-done');
    t.match(await post(`/depositions/${id}/publish`), { status: 200, body: { outcome: 'published' } });
    t.equal(sent('POST', `/api/deposit/depositions/${id}/actions/publish`), 1);
  });

  await t.test('a connection that is lost after publishing is a success too', async (t) => {
    const id = await ready('dropped');
    mock.faults.add({
      method: 'POST',
      path: '/api/deposit/depositions/:id/actions/publish',
      drop: true,
      times: 1,
    });
    t.match(await post(`/depositions/${id}/publish`), { status: 200, body: { outcome: 'published' } });
  });

  await t.test('a 500 that published nothing says so, and repeating works (publish-500)', async (t) => {
    const id = await ready('500');
    mock.faults.add('publish-500');
    t.match(await post(`/depositions/${id}/publish`), {
      status: 502,
      body: { code: 'zenodo_error', outcome: 'not_published' },
    });
    t.match(await post(`/depositions/${id}/publish`), {
      status: 200,
      body: { outcome: 'published', repeated: false },
    });
  });

  await t.test('an answer of which nothing can be learnt is an outcome unknown', async (t) => {
    // A page with status 500 comes from a proxy, behind which Zenodo may go on.
    const answers = [{ status: 504 }, { status: 500, html: true }];
    const ids = await Promise.all(answers.map(({ status }) => ready(`unknown ${status}`)));
    const publish = async (id: number, answer: object) => {
      const path = `/api/deposit/depositions/${id}/actions/publish`;
      mock.faults.add({ method: 'POST', path, times: 1, ...answer });
      const unknown = {
        code: 'outcome_unknown',
        outcome: 'unknown',
        detail: new RegExp(`/depositions/${id}`),
      };
      t.match(await post(`/depositions/${id}/publish`), { status: 504, body: unknown });
      t.match(await post(`/depositions/${id}/publish`), { status: 200, body: { outcome: 'published' } });
    };
    await Promise.all(ids.map((id, index) => publish(id, answers[index] ?? {})));
  });

  await t.test('nothing is published while an upload to it is open', async (t) => {
    const id = await ready('uploading');
    const { id: upload } = await app.database.upload.create({
      data: {
        owner: ownerOf(token),
        depositionId: id,
        state: 'queued',
        volume: 'another',
        requestId: 'r',
        nextAt: new Date(Date.now() + 3_600_000),
        deadlineAt: new Date(Date.now() + 3_600_000),
      },
    });
    t.match(await post(`/depositions/${id}/publish`), { status: 409, body: { code: 'upload_unfinished' } });
    t.match(await post(`/depositions/${id}/check`), {
      body: { publishable: false, problems: [{ field: 'files' }] },
    });
    await app.database.upload.delete({ where: { id: upload } });
    t.equal((await post(`/depositions/${id}/publish`)).status, 200);
  });

  await t.test('two who publish at once: one does, the other is told or sees it done', async (t) => {
    const id = await ready('both');
    mock.faults.add({
      method: 'POST',
      path: '/api/deposit/depositions/:id/actions/publish',
      delay: 0.5,
      times: 1,
    });
    const replies = await Promise.all([
      post(`/depositions/${id}/publish`),
      post(`/depositions/${id}/publish`),
    ]);
    t.same(replies.map(({ status }) => status).sort(), [200, 409]);
    t.equal(replies.find(({ status }) => status === 409)?.body['code'], 'operation_in_progress');
    t.equal(sent('POST', `/api/deposit/depositions/${id}/actions/publish`), 1);
  });

  await t.test('with an idempotency key a repeat does not publish an edit that came later', async (t) => {
    const id = await ready('key');
    const key = { 'idempotency-key': 'once' };
    t.match(await post(`/depositions/${id}/publish`, {}, key), { body: { repeated: false } });
    await post(`/depositions/${id}/edit`);
    t.match(await post(`/depositions/${id}/publish`, {}, key), { status: 200, body: { repeated: true } });
    t.equal((await get(`/depositions/${id}`)).body['state'], 'editing', 'the edit waits');
    t.match(await post(`/depositions/${id}/publish`, {}, { 'idempotency-key': 'twice' }), {
      body: { repeated: false, deposition: { state: 'published' } },
    });
  });

  await t.test('a new version: made once, found again, with or without files', async (t) => {
    const id = await published('versions');
    const made = await post(`/depositions/${id}/versions`);
    t.match(made, {
      status: 201,
      body: { state: 'draft', container_id: 'versions', files: [{ filename: 'data.csv' }] },
    });
    const draft = made.body['deposition_id'];
    t.match(await post(`/depositions/${id}/versions`), { status: 200, body: { deposition_id: draft } });
    t.match(await post(`/depositions/${id}/versions`, { files: 'clear' }), {
      body: { deposition_id: draft, files: [] },
    });
    t.match(await post('/depositions', { container_id: 'versions' }), {
      status: 200,
      body: { deposition_id: draft },
    });
    t.match(await post(`/depositions/${draft}/versions`), { status: 409, body: { code: 'not_published' } });
    t.match(await post(`/depositions/${id}/versions`, { files: 'some' }), { status: 400 });
  });

  await t.test('a token that ends while a new version is made: the user is asked, and owns it', async (t) => {
    const granted = await authorize(url, { container: 'version-revoked' });
    const { deposition_id: id, access_token } = granted.body;
    const as = String(access_token);
    await post(`/depositions/${id}/metadata`, DESCRIPTION, {}, as);
    await putFile(mock, Number(id), 'data.csv', 'a,b');
    t.match(await post(`/depositions/${id}/publish`, {}, {}, as), { status: 200 });
    const other = await authorize(url, { container: 'elsewhere', user: 'mock-user-2' });
    const foreign = await get(`/depositions/${other.body['deposition_id']}`, as);
    t.match(foreign, { status: 403, body: { code: 'not_your_deposition' } }, 'the token is proved alive');
    mock.faults.add({ name: 'token-revoked', method: 'GET', path: '/api/deposit/depositions/:id', after: 1 });
    const ended = await post(`/depositions/${id}/versions`, {}, {}, as);
    mock.faults.clear();
    t.match(ended, { status: 401, body: { code: 'reauthorization_required' } });
  });

  await t.test('a new version whose answer is lost is found (newversion-504-but-done)', async (t) => {
    const id = await published('version-504');
    mock.faults.add('newversion-504-but-done');
    const made = await post(`/depositions/${id}/versions`);
    t.match(made, { status: 201, body: { state: 'draft', files: [{ filename: 'data.csv' }] } });
    t.match(await post(`/depositions/${id}/versions`), {
      body: { deposition_id: made.body['deposition_id'] },
    });
  });

  await t.test(
    'an open version that the listing does not show yet is found all the same (listing-lags)',
    async (t) => {
      const id = await published('version-lag');
      const made = await atZenodo(mock, 'POST', id, '/actions/newversion');
      const fault = mock.faults.add('listing-lags');
      t.teardown(() => mock.faults.remove(fault.id));
      t.match(await post(`/depositions/${id}/versions`), { body: { deposition_id: made['id'] } });
    },
  );

  await t.test('two who want a new version at once get one', async (t) => {
    const id = await published('version-race');
    const replies = await Promise.all(Array.from({ length: 3 }, () => post(`/depositions/${id}/versions`)));
    const ids = replies.filter(({ status }) => status < 300).map(({ body }) => body['deposition_id']);
    t.ok(ids.length >= 1);
    t.equal(new Set(ids).size, 1);
    for (const { status, body } of replies) if (status >= 300) t.equal(body['code'], 'operation_in_progress');
  });

  await t.test('an external DOI has no versions', async (t) => {
    const id = await ready('external');
    await post(`/depositions/${id}/metadata`, { metadata: { doi: '10.1234/elsewhere' } });
    t.match(await post(`/depositions/${id}/publish`), { status: 200, body: { doi: '10.1234/elsewhere' } });
    t.match(await post(`/depositions/${id}/versions`), { status: 409, body: { code: 'external_doi' } });
  });

  await t.test('an edit is opened, found open, and discarded; a draft is never discarded', async (t) => {
    const id = await published('edit');
    t.match(
      await post(`/depositions/${id}/discard`),
      { status: 200, body: { state: 'published' } },
      'nothing to do',
    );
    t.match(await post(`/depositions/${id}/edit`), { body: { state: 'editing' } });
    t.match(await post(`/depositions/${id}/edit`), { body: { state: 'editing' } });
    await post(`/depositions/${id}/metadata`, { title: 'Changed my mind' });
    t.match(await post(`/depositions/${id}/discard`), {
      body: { state: 'published', title: DESCRIPTION.title },
    });
    const draft = await make('never published');
    t.match(await post(`/depositions/${draft}/discard`), { status: 409, body: { code: 'not_published' } });
    t.equal((await get(`/depositions/${draft}`)).status, 200, 'still there');
    t.match(await post(`/depositions/${draft}/edit`), { status: 200, body: { state: 'draft' } });
  });

  await t.test('an edit whose answer is lost is open', async (t) => {
    const id = await published('edit-504');
    const path = '/api/deposit/depositions/:id/actions/edit';
    mock.faults.add({ method: 'POST', path, status: 504, done: true, times: 1 });
    t.match(await post(`/depositions/${id}/edit`), { status: 200, body: { state: 'editing' } });
  });

  await t.test('a published record takes no metadata', async (t) => {
    const id = await published('closed');
    t.match(await post(`/depositions/${id}/metadata`, { title: 'Too late' }), {
      status: 409,
      body: { code: 'already_published', detail: /edit/ },
    });
  });

  await t.test('a DOI is reserved for real, once, and written into the manifest', async (t) => {
    const id = await make('doi');
    t.match(await post(`/depositions/${id}/doi`, { manifest: 'a: [' }), {
      status: 400,
      body: { code: 'invalid_manifest' },
    });
    const untouched = await atZenodo(mock, 'GET', id);
    t.notOk(untouched['doi'], 'a manifest that cannot be written into reserves none');
    const first = await post(`/depositions/${id}/doi`);
    t.match(first, { status: 200, body: { doi: `10.5281/zenodo.${id}`, registered: false, manifest: null } });
    t.match(await post(`/depositions/${id}/doi`), { status: 200, body: { doi: first.body['doi'] } });
    t.match(await post(`/depositions/${id}/doi`, { write_doi_into_manifest: true }), {
      status: 400,
      body: { code: 'invalid_request', errors: [{ field: 'manifest' }] },
    });
    await putFile(mock, id, 'manifest.rdmc', '# mine\nRDMC Title: Foo\nRDMC Metadata:\n  Keywords: a\n');
    for (const method of ['GET', 'PUT']) {
      const body = { status: 403, message: 'Permission denied.' };
      mock.faults.add({ method, path: '/api/files/:bucket/manifest.rdmc', status: 403, body, times: 1 });
      const refused = await post(`/depositions/${id}/doi`, { write_doi_into_manifest: true });
      t.match(refused.body, { code: 'zenodo_refused', zenodo: { status: 403 } }, method);
    }
    const written = await post(`/depositions/${id}/doi`, { write_doi_into_manifest: true });
    t.match(written, { status: 200, body: { manifest_replaced: true } });
    const text = `# mine\nRDMC Title: Foo\nRDMC Metadata:\n  Keywords: a\n  DOI: 10.5281/zenodo.${id}\n`;
    t.equal(written.body['manifest'], text);
    t.equal(await readFile(mock, id, 'manifest.rdmc'), text, 'what is on the draft');
    await post(`/depositions/${id}/metadata`, { from_manifest: true, ...DESCRIPTION });
    t.match(await post(`/depositions/${id}/publish`), { status: 200, body: { doi: first.body['doi'] } });
    t.match(await post(`/depositions/${id}/doi`), { body: { doi: first.body['doi'], registered: true } });
  });
});

t.test('on the sandbox the reserved DOI has the sandbox’s prefix', async (t) => {
  const { url } = await startService(t, { mock: { sandbox: true } });
  const made = await call(`${url}/depositions`, { json: { container_id: 1 }, token: 'mock-token' });
  const id = made.body['deposition_id'];
  const reserved = await call(`${url}/depositions/${id}/doi`, { json: {}, token: 'mock-token' });
  t.equal(reserved.body['doi'], `10.5072/zenodo.${id}`);
});

/** What a user does on Zenodo's own page. */
async function atZenodo(
  mock: MockZenodo,
  method: string,
  id: number,
  rest = '',
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${mock.url}/api/deposit/depositions/${id}${rest}`, {
    method,
    headers: { authorization: 'Bearer mock-token' },
  });
  const text = await answer.text();
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

async function bucketOf(mock: MockZenodo, id: number): Promise<string> {
  const { links } = await atZenodo(mock, 'GET', id);
  return String((links as { bucket: string }).bucket);
}

async function putFile(mock: MockZenodo, id: number, name: string, text: string): Promise<void> {
  const headers = { authorization: 'Bearer mock-token', 'content-type': 'application/octet-stream' };
  await fetch(`${await bucketOf(mock, id)}/${name}`, { method: 'PUT', headers, body: text });
}

async function readFile(mock: MockZenodo, id: number, name: string): Promise<string> {
  const headers = { authorization: 'Bearer mock-token' };
  return (await fetch(`${await bucketOf(mock, id)}/${name}`, { headers })).text();
}

/** Zenodo keeps communities in no order. */
function order(body: Record<string, unknown>, slug: string): number {
  return (body['communities'] as { community: string }[]).findIndex(({ community }) => community === slug);
}

function ownerOf(token: string): string {
  return `token:${createHash('sha256').update(token).digest('hex')}`;
}
