import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import { startMockZenodo } from '../mock-zenodo/index.js';
import { compareClocks } from '../src/operator/doctor/finding.js';
import { openBrowser } from './browser.js';
import { authorize, call } from './consent.js';
import { lackOfChromium, lackOfNginx } from './debian.js';
import { freePort } from './free-port.js';
import { startNginx } from './nginx.js';
import { startScript } from './process.js';
import { startService } from './service.js';
import { RETURN } from './upload-links.js';
import { button, chooseFiles, folderOf, openTab, title } from './upload-page.js';
import { eventually, formOf, md5, noise, put, stored, upload } from './uploads.js';

const BIG = 40_000_000;

t.test('behind nginx with deploy/nginx.conf', { skip: await lackOfNginx() }, async (t) => {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}/zenodo`;
  const key = 'a-service-key-that-is-long-enough';
  const {
    url: direct,
    mock,
    env,
    stagingDir,
  } = await startService(t, {
    env: { PUBLIC_URL: publicUrl, API_KEYS: key, TRUSTED_PROXIES: '127.0.0.1', MAX_FILE_BYTES: '60000000' },
  });
  const nginx = await startNginx(t, { port, target: direct });
  const headers = { 'x-api-key': key };
  const granted = await authorize(publicUrl, { container: 'proxied', headers });
  t.match(granted, { status: 200, body: { deposition_state: 'draft' } });
  const id = Number(granted.body['deposition_id']);
  const token = String(granted.body['access_token']);
  const mine = { ...headers, authorization: `Bearer ${token}` };
  const fileOf = (name: string) => ({ method: 'PUT', path: `/api/files/:bucket/${name}` });

  await t.test('an upload is passed on while it arrives', async (t) => {
    const bytes = noise(4_000_000);
    let early = false;
    async function* halves() {
      yield bytes.subarray(0, 3_000_000);
      early = await eventually(() =>
        mock.requests.list({ ...fileOf('flow.bin'), running: true }).some(({ bytesIn }) => bytesIn > 0),
      );
      yield bytes.subarray(3_000_000);
    }
    const answer = await put(publicUrl, id, 'flow.bin', halves(), {
      ...mine,
      'content-length': String(bytes.length),
    });
    t.match(answer, { status: 200, body: { status_url: new RegExp(`^${publicUrl}/uploads/`) } });
    t.ok(early, 'Zenodo has bytes that came before the last one was sent');
    const big = noise(BIG);
    t.equal(
      (await upload(publicUrl, id, formOf({ 'big.bin': big }, { access_token: token }), headers)).status,
      200,
    );
    t.same(stored(mock, id), { 'flow.bin': md5(bytes), 'big.bin': md5(big) });
  });

  await t.test('the upload page', { skip: await lackOfChromium() }, async (t) => {
    const asked = { json: { return_url: RETURN }, token, headers };
    const { body } = await call(`${publicUrl}/depositions/${id}/upload-links`, asked);
    const url = String(body['url']);
    t.ok(url.startsWith(`${publicUrl}/upload#`), url);
    const browser = await openBrowser(t, { width: 390, height: 844 });
    const { page, complaints } = await openTab(browser, url);
    const bytes = noise(1_000_000);
    await chooseFiles(page, join(await folderOf(t, { 'page.bin': bytes }), 'page.bin'));
    await button(page, /^Send /).click();
    await title(page, 'Your files are at Zenodo').waitFor();
    t.equal(stored(mock, id)['page.bin'], md5(bytes));
    t.same(complaints, []);
    t.notMatch(await nginx.log(), new URL(url).hash.slice(1), 'the secret is in no log');
    await page.close();
  });

  await t.test('events come as they happen', async (t) => {
    mock.faults.add({ ...fileOf('slow.bin'), throttleRequest: 100_000, times: 1 });
    const accepted = await put(publicUrl, id, 'slow.bin', noise(300_000), {
      ...mine,
      prefer: 'respond-async',
    });
    const { body } = await request(`${accepted.body.status_url}/events`, { headers: mine });
    const states: string[] = [];
    for await (const chunk of body) {
      const shot = /^data: (.*)$/m.exec(String(chunk))?.[1];
      if (shot !== undefined) states.push((JSON.parse(shot) as { state: string }).state);
      if (states.length === 1)
        t.equal(
          mock.requests.list({ ...fileOf('slow.bin'), status: 201 }).length,
          0,
          'the first before the end',
        );
    }
    t.equal(states.at(-1), 'done');
  });

  await t.test('a client that sends all before it listens hears why it was refused', async (t) => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const head = `PUT /zenodo/depositions/${id}/files/x.bin HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nAuthorization: Bearer zds_nonsense\r\nContent-Length: ${BIG}\r\n\r\n`;
    socket.write(head);
    await new Promise<void>((done, fail) => {
      socket.once('error', fail);
      socket.write(Buffer.alloc(BIG), () => done());
    });
    const [said] = (await once(socket, 'data')) as [Buffer];
    t.match(said.toString(), /^HTTP\/1\.1 401 /);
    socket.destroy();
    const large = { ...mine, 'content-length': '70000000' };
    const tooLarge = await put(
      publicUrl,
      id,
      'y.bin',
      (async function* () {
        yield noise(70_000_000);
      })(),
      large,
    );
    t.match(
      tooLarge,
      { status: 413, body: { code: 'payload_too_large' } },
      'our own limit, in our own words',
    );
  });

  await t.test('one request id, and no token in the log', async (t) => {
    const given = await call(`${publicUrl}/depositions/${id}?access_token=${token}`, {
      method: 'GET',
      headers: { ...headers, 'x-request-id': 'from-the-caller' },
    });
    t.match(given, { status: 200, headers: { 'x-request-id': 'from-the-caller' } });
    const made = await call(`${publicUrl}/healthz`, { method: 'GET' });
    t.ok(
      await eventually(async () => (await nginx.log()).includes(String(made.headers['x-request-id']))),
      'one that nginx made',
    );
    const log = await nginx.log();
    t.match(log, /GET \/zenodo\/depositions\/\d+ 200 .* from-the-caller\n/);
    t.notOk(log.includes(token));
  });

  await t.test('doctor', async (t) => {
    const strict = await startNginx(t, {
      port: await freePort(),
      target: direct,
      change: (text) =>
        text
          .replace('client_max_body_size 0', 'client_max_body_size 1m')
          .replace('proxy_read_timeout 330s', 'proxy_read_timeout 2s')
          .replaceAll('buffering off', 'buffering on')
          .replace('proxy_http_version 1.1', 'proxy_http_version 1.0')
          .replace('X-Request-Id $zenodo_request_id', 'X-Request-Id $request_id'),
    });
    const lonely = await startNginx(t, {
      port: await freePort(),
      target: `http://127.0.0.1:${await freePort()}`,
    });
    const secure = await startMockZenodo({ impersonate: true });
    t.teardown(() => secure.close());
    const doctor = (changes: Record<string, string>, ...args: string[]) =>
      startScript(t, 'scripts/doctor.ts', { args, env: { ...env, ...changes } });
    const well = doctor({}, '--wait', '3');
    const wrong = doctor(
      { ZENODO_CLIENT_SECRET: 'another-secret', PUBLIC_URL: `${strict.url}/zenodo` },
      '--wait',
      '4',
    );
    const unknown = doctor(
      { ZENODO_CLIENT_ID: 'nobody', TOKEN_KEYS: `other:${Buffer.alloc(32, 9).toString('base64')}` },
      '--wait',
      '0',
    );
    const down = doctor({
      ZENODO_URL: `http://127.0.0.1:${await freePort()}`,
      PUBLIC_URL: `${lonely.url}/zenodo`,
      DATABASE_URL: 'postgresql://zenodo:its-password@127.0.0.1:1/none',
      STAGING_DIR: join(stagingDir, 'volume-id', 'below'),
    });
    const tls = doctor({
      ZENODO_URL: secure.address,
      PUBLIC_URL: direct.replace('http', 'https'),
      STAGING_MIN_FREE: '9000000000000000',
    });
    const key2 = doctor({ API_KEYS: 'not-the-key-of-the-service' }, '--wait', '0');
    const unset = doctor({ TOKEN_KEYS: '', LOG_LEVEL: 'loud' });
    const misused = doctor({}, '--nope');

    await t.test('all is well', async (t) => {
      t.equal(await well.ended(), 0, well.output());
      const text = well.output();
      t.notMatch(text, /✗|→/);
      const order = [
        'database',
        'migrations',
        'clock of the database',
        'replicas',
        'keys',
        'staging',
        'Zenodo',
        'clock of Zenodo',
        'client',
        'PUBLIC_URL',
        'request ids',
        'large bodies',
        'request buffering',
        'response buffering',
        'time-outs',
      ];
      t.same(
        [...text.matchAll(/^✓ ([^:]+):/gm)].map(([, what]) => what),
        order,
      );
      t.match(text, /✓ time-outs: a response that takes 3 s arrives/);
    });

    await t.test('a wrong secret, and a proxy as it comes', async (t) => {
      t.equal(await wrong.ended(), 1, wrong.output());
      t.match(
        wrong.output(),
        /✗ client: Zenodo knows ZENODO_CLIENT_ID, but does not accept ZENODO_CLIENT_SECRET\n {2}→ Copy the client secret/,
      );
      t.match(
        wrong.output(),
        /✗ large bodies: 2000000 bytes are refused by a proxy \(status 413\)\n {2}→ .*client_max_body_size 0/,
      );
      t.match(
        wrong.output(),
        /✗ request buffering: the proxy holds bodies back.*\n {2}→ .*proxy_request_buffering off/,
      );
      t.match(
        wrong.output(),
        /✗ response buffering: the proxy holds responses back.*\n {2}→ .*proxy_buffering off/,
      );
      t.match(
        wrong.output(),
        /✗ time-outs: a response that takes 4 s is cut off after \d s \(status 504\)\n {2}→ .*proxy_read_timeout/,
      );
      t.match(wrong.output(), /✗ request ids: .*\n {2}→ Configure the proxy to pass on X-Request-Id/);
      t.match(wrong.output(), /✓ Zenodo/);
    });

    await t.test('a wrong id, and another service at PUBLIC_URL', async (t) => {
      t.equal(await unknown.ended(), 1, unknown.output());
      t.match(
        unknown.output(),
        /✗ client: Zenodo does not know ZENODO_CLIENT_ID\n {2}→ Copy the client id .*sandbox/,
      );
      t.match(unknown.output(), /✗ PUBLIC_URL: the response is from a different service\n {2}→ .*TOKEN_KEYS/);
    });

    await t.test('no Zenodo, no database, no staging, no service', async (t) => {
      t.equal(await down.ended(), 1, down.output());
      t.match(down.output(), /✗ database: connect ECONNREFUSED.*\n {2}→ Check DATABASE_URL/);
      t.match(down.output(), /✗ staging: .*\n {2}→ STAGING_DIR must be a folder/);
      t.match(down.output(), /✗ Zenodo: http:\S+: connect ECONNREFUSED.*\n {2}→ .*HTTPS_PROXY/);
      t.match(down.output(), /✗ client: unknown: .*\n {2}→ If the check of Zenodo failed/);
      t.match(down.output(), /✗ PUBLIC_URL: the proxy at \S+ does not reach the service \(status 502\)/);
    });

    await t.test('TLS that cannot be trusted, a full volume, no TLS where it should be', async (t) => {
      t.equal(await tls.ended(), 1, tls.output());
      t.match(tls.output(), /✗ Zenodo: https:\S+: .*\n {2}→ TLS fails. .*NODE_EXTRA_CA_CERTS/);
      t.match(tls.output(), /✗ staging: .* free, .*\n {2}→ Use a larger volume/);
      t.match(tls.output(), /✗ PUBLIC_URL: https:\S+: .*\n {2}→ Start the service/);
    });

    await t.test('another service key, and settings that are missing', async (t) => {
      t.equal(await key2.ended(), 1, key2.output());
      t.match(key2.output(), /✗ PUBLIC_URL: the service does not accept the first of API_KEYS/);
      t.equal(await unset.ended(), 1);
      t.equal(await misused.ended(), 2);
      t.match(misused.output(), /^Unknown option '--nope'[\s\S]*--wait SECONDS/, 'no stack');
      for (const name of ['TOKEN_KEYS', 'LOG_LEVEL']) t.match(unset.output(), `✗ settings: ${name}`);
    });

    await t.test('nothing secret is said', async (t) => {
      const said = [well, wrong, unknown, down, tls, key2].map((one) => one.output()).join('\n');
      const secrets = [
        key,
        'mock-secret',
        'another-secret',
        'its-password',
        env['TOKEN_KEYS']?.split(':')[1] ?? '',
        new URL(env['DATABASE_URL'] ?? '').password,
        'not-the-key-of-the-service',
      ];
      for (const secret of secrets) t.notOk(said.includes(secret), 'a secret');
    });

    await t.test('clocks', async (t) => {
      t.match(compareClocks('x', Date.now() + 3000, 0), { well: true, said: /^3\.\d s ahead|^2\.9/ });
      t.match(compareClocks('x', Date.now() - 60_000, 1), {
        well: false,
        said: /^60\.\d s behind/,
        todo: /NTP/,
      });
    });

    await t.test('what the doctor asks, no other may', async (t) => {
      const strangers = [{}, { 'x-doctor': `${Date.now() + 60_000}.${'0'.repeat(64)}` }, { 'x-doctor': 'x' }];
      for (const stranger of strangers) {
        t.match(await call(`${publicUrl}/doctor?wait=5`, { headers: { ...headers, ...stranger } }), {
          status: 404,
          body: { code: 'not_found' },
        });
      }
    });
  });
});
