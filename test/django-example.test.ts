import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { blocksOf } from './blocks.js';
import { openBrowser } from './browser.js';
import { call, consent } from './consent.js';
import { lackOfChromium, lackOfPython, PYTHON } from './debian.js';
import { freePort } from './free-port.js';
import { startProgram } from './process.js';
import { startReplica } from './replica.js';
import { startSurroundings } from './service.js';
import { temporaryFolder } from './teardown.js';
import { eventually, md5, noise, put, stored, until } from './uploads.js';

const SITE = fileURLToPath(new URL('../examples/django/', import.meta.url));
const SECRET = randomBytes(32);

/** Prints of which upload the site has heard last for its first deposit. */
const HEARD = 'from deposits.models import Deposit; print(Deposit.objects.get().upload_id)';

/** What the README of the site says to type, with ports and data of this test. */
function commands(port: number): string[][] {
  const lines = blocksOf('examples/django/README.md', 'sh').flatMap(({ text }) => text.trim().split('\n'));
  return lines.map((line) => line.replace('python3', PYTHON).replace(':8000', `:${port}`).split(' '));
}

t.test(
  'the Django example, in a browser, from login to the DOI',
  { skip: (await lackOfPython('python3-django', 'python3-requests')) || (await lackOfChromium()) },
  async (t) => {
    const port = await freePort();
    const site = `http://127.0.0.1:${port}`;
    const key = `whsec_${SECRET.toString('base64')}`;
    const { mock, env: surroundings } = await startSurroundings(t, {
      env: {
        LOG_LEVEL: 'info',
        UPLOAD_ATTEMPTS: '500',
        WEBHOOK_URL: `${site}/zenodo/events/`,
        WEBHOOK_SECRET: key,
      },
    });
    let service = await startReplica(t, surroundings);
    const { url } = service;
    t.teardown(() => t.passing() || console.error(service.output().slice(-20_000)));
    const home = await temporaryFolder(t);
    const env = {
      DATA_DIR: join(home, 'data'),
      ZENODO_SERVICE_URL: url,
      ZENODO_WEBHOOK_SECRET: key,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
      DJANGO_SUPERUSER_PASSWORD: 'correct horse',
    };
    const [migrate = [], createUser = [], serve = []] = commands(port);
    const once = async ([program = '', ...args]: string[]) =>
      promisify(execFile)(program, args, { cwd: SITE, env: { ...process.env, ...env }, timeout: 60_000 });
    await once(migrate);
    await once([...createUser, '--noinput']);
    await t.resolves(
      once([PYTHON, 'manage.py', 'makemigrations', '--check', '--dry-run']),
      'models and migrations agree',
    );
    const isUp = async () => (await fetch(`${site}/login/`).catch(() => null))?.ok === true;
    const startSite = async () => {
      const started = startProgram(t, [...serve, '--noreload'], { cwd: SITE, env });
      t.ok(await eventually(isUp), 'the site is up');
      return started;
    };
    let web = await startSite();
    /** Events that the site has taken from the service. */
    const taken = () => web.output().split('"POST /zenodo/events/ HTTP/1.1" 204').length - 1;

    const browser = await openBrowser(t, { width: 800, height: 700 });
    const page = await browser.newPage();
    const callbacks: string[] = [];
    const returns: string[] = [];
    browser.on('request', (asked) => {
      if (asked.url().startsWith(`${site}/zenodo/callback/`)) callbacks.push(asked.url());
      if (asked.url().startsWith(`${site}/zenodo/uploaded/`)) returns.push(asked.url());
    });
    const allow = (tab = page) => tab.getByRole('button', { name: 'Authorize application' }).click();
    const press = (name: string, tab = page) => tab.getByRole('button', { name }).click();
    const step = (name: string, tab = page) =>
      tab.locator(`[data-step="${name}"]`).waitFor({ timeout: 60_000 });
    await page.goto(site);
    await page.getByLabel('Name').fill('ada');
    await page.getByLabel('Password').fill('correct horse');
    await press('Log in');
    const make = async (title: string) => {
      await page.goto(site);
      await page.getByLabel('Title').fill(title);
      await press('Create');
      await page.getByRole('heading', { name: title }).waitFor();
      return page.url();
    };
    const container = await make('Measurements of <radium>');

    await t.test('what the browser did not begin is refused', async (t) => {
      const cookies = (await browser.cookies(site)).map(({ name, value }) => `${name}=${value}`).join('; ');
      for (const action of ['bring', 'describe', 'publish']) {
        const forged = await fetch(`${container}${action}/`, {
          method: 'POST',
          headers: { cookie: cookies },
        });
        t.equal(forged.status, 403, 'a POST without the token of the form');
      }
      const began = await call(`${url}/oauth/authorize`, {
        json: { container_id: 1, django_callback_url: `${site}/zenodo/callback/` },
      });
      const back = await consent(began.body['zenodo_oauth_url'], { user: 'mock-user-2' });
      const foreign = [
        `callback/?${new URLSearchParams({ ...back })}`,
        'uploaded/?upload_link_id=00000000-0000-4000-8000-000000000000&state=done',
      ];
      for (const path of foreign) {
        t.equal((await page.goto(`${site}/zenodo/${path}`))?.status(), 403, path);
        await page.getByText('You did not start this here.').waitFor();
      }
      const stranger = await fetch(container, { redirect: 'manual' });
      t.equal(stranger.status, 302, 'and no visitor sees the container without logging in');
      await page.goto(container);
    });

    await t.test('saying no is not the end', async () => {
      await press('Connect to Zenodo');
      await press('Reject');
      await page.getByText('Something went wrong').waitFor();
      await page.getByRole('link', { name: /Back to/ }).click();
    });

    await t.test('a reload while the code is being exchanged is harmless', async (t) => {
      mock.faults.add({ method: 'POST', path: '/oauth/token', delay: 3 });
      const before = callbacks.length;
      await press('Connect to Zenodo');
      const first = allow();
      t.ok(await eventually(() => callbacks.length > before));
      const reloaded = await browser.newPage();
      const answer = await reloaded.goto(callbacks.at(-1) ?? '');
      mock.faults.clear();
      t.equal(answer?.status(), 200);
      t.equal(reloaded.url(), container);
      await step('files', reloaded);
      await first;
      await step('files');
      t.equal((await page.goto(callbacks.at(-1) ?? ''))?.status(), 200, 'and after it');
      t.equal(page.url(), container);
      await reloaded.close();
    });
    const [draft] = mock.state().depositions;
    const id = draft?.id ?? 0;

    /** What the user does on the upload page, until they can go back. */
    const send = async (button: string, files: Record<string, Buffer>) => {
      await press(button);
      await page.waitForURL(`${url}/upload`);
      const chosen = Object.entries(files).map(([name, buffer]) => ({ name, mimeType: 'text/csv', buffer }));
      await page.locator('input[type=file]').first().setInputFiles(chosen);
      await page.getByRole('button', { name: /^Send \d/ }).click();
      await page.getByText(/^Back to Containers/).waitFor();
    };
    const goBack = async () => {
      await page.getByText(/^Back to Containers/).click();
      await page.waitForURL(container);
    };
    const bring = async (...what: Parameters<typeof send>) => {
      await send(...what);
      await goBack();
    };
    const bytes = noise(200_000);

    await t.test('the files go to the service, and the page shows how far they are', async (t) => {
      // Until the page has been looked at.
      const later = { status: 503, headers: { 'retry-after': '1' }, times: null };
      mock.faults.add({ method: 'PUT', path: '/api/files/*', ...later });
      await bring('Choose files', { 'radium.csv': bytes });
      const back = returns.at(-1) ?? '';
      await step('arriving');
      await page.locator('progress[max="200000"]').waitFor();
      await page.getByLabel('Description').fill('half typed');
      t.equal(taken(), 0);
      mock.faults.clear();
      t.ok(await eventually(() => taken() === 1), 'the service tells the site that all is at Zenodo');
      await step('ready');
      t.equal(await page.getByLabel('Description').inputValue(), 'half typed', 'nothing typed is lost');
      t.equal((await page.goto(back))?.status(), 200, 'the way back, once more');
      t.equal(page.url(), container);
      t.same(stored(mock, id), { 'radium.csv': md5(bytes) });
    });

    await t.test('an event that the site was not there for comes later, and is shown', async (t) => {
      const token = await accessTokenOf(once);
      await web.kill('SIGTERM');
      t.notMatch(web.output(), /Traceback/);
      const sent = await put(url, id, 'missed.csv', Buffer.from('missed'), {
        authorization: `Bearer ${token}`,
      });
      t.match(sent, { status: 200, body: { state: 'done' } });
      const missed = /"type":"upload.done".*a webhook was not delivered/;
      t.ok(await eventually(() => missed.test(service.output())), 'it is not taken');
      web = await startSite();
      t.ok(await eventually(() => taken() === 1));
      const { stdout } = await once([PYTHON, 'manage.py', 'shell', '-c', HEARD]);
      t.equal(stdout.trim(), sent.body.upload_id, 'and the site knows without having asked');
      await page.goto(container);
      await step('ready');
    });

    await t.test('events: signed, now, in any order', async (t) => {
      const post = (
        event: object,
        { at = Math.floor(Date.now() / 1000), key = SECRET, id = 'msg_1' } = {},
      ) => {
        const body = JSON.stringify(event);
        const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(at),
          'webhook-signature': `v1,${randomBytes(32).toString('base64')} v1,${signature}`,
        };
        return fetch(`${site}/zenodo/events/`, { method: 'POST', body, headers });
      };
      const token = await accessTokenOf(once);
      const link = await call(`${url}/depositions/${id}/upload-links`, {
        json: { return_url: `${site}/zenodo/uploaded/` },
        token,
      });
      const secret = new URL(String(link.body['url'])).hash.slice(1);
      const sent = await put(url, id, 'late.csv', Buffer.from('late'), { authorization: `Bearer ${secret}` });
      const done = (await until(sent.body.status_url, ['done'], token)).body;
      // The true news first: what follows are lies, and truths that come late.
      t.ok(await eventually(() => taken() === 2));
      const failed = { ...done, state: 'failed', error: { code: 'x', detail: 'It broke.' } };
      const event = {
        type: 'upload.failed',
        timestamp: new Date().toISOString(),
        deposition_id: id,
        data: failed,
      };
      const old = Math.floor(Date.now() / 1000) - 301;
      t.equal((await post(event, { key: randomBytes(32) })).status, 401, 'another secret');
      t.equal((await post(event, { at: old })).status, 401, 'recorded long ago');
      const bare = await fetch(`${site}/zenodo/events/`, { method: 'POST', body: JSON.stringify(event) });
      t.equal(bare.status, 401, 'no signature');
      await page.reload();
      await step('ready');
      t.equal((await post(event)).status, 204);
      await page.reload();
      await step('failed');
      await page.getByText('It broke.').waitFor();
      for (const _again of [1, 2]) {
        t.equal((await post({ ...event, type: 'upload.done', data: done })).status, 204);
      }
      await page.reload();
      await step('ready');
      const late = { ...done, state: 'running', created_at: '2020-01-01T00:00:00.000Z' };
      t.equal((await post({ ...event, data: late })).status, 204);
      t.equal((await post({ ...event, type: 'something.new', data: {} })).status, 204);
      t.equal((await post({ ...event, deposition_id: 1 })).status, 204, 'of a deposition that is not here');
      await page.reload();
      await step('ready');
    });

    await t.test(
      'a connection that has ended is made again, and the files are where they were',
      async (t) => {
        mock.tokens.revoke({ user: 'mock-user' });
        await press('Send more files');
        const back = await consent(page.url(), { user: 'mock-user-2' });
        const other = `${site}/zenodo/callback/?${new URLSearchParams({ ...back })}`;
        t.equal((await page.goto(other))?.status(), 409, 'another account has none of the files');
        await page.getByText('with a different account').waitFor();
        t.equal((await page.reload())?.status(), 200);
        await page.goto(container);
        await step('ready');
        await press('Send more files');
        await allow();
        await step('ready');
        t.equal(await depositionOf(once), String(id), 'the same draft');
        const told = taken();
        await bring('Send more files', { 'notes.txt': Buffer.from('short') });
        // The site may still show what it knew before: news of these files come a moment later.
        t.ok(await eventually(() => stored(mock, id)['notes.txt'] === md5('short')));
        t.ok(await eventually(() => taken() > told));
        await page.reload();
        await step('ready');
      },
    );

    await t.test('a service that is away when the user returns is asked again', async () => {
      const told = taken();
      await send('Send more files', { 'last.csv': Buffer.from('last') });
      await eventually(() => taken() > told);
      await service.kill('SIGTERM');
      await goBack();
      await step('arriving');
      service = await startReplica(t, { ...surroundings, PORT: new URL(url).port });
      await step('ready');
    });

    await t.test('what is missing is said in words; then it is published, with a DOI', async (t) => {
      await page.getByLabel('Title').fill('Ra');
      await press('Save and check');
      await page.getByText('The title: must have at least 3 characters.').waitFor();
      t.equal(await page.getByRole('button', { name: 'Publish permanently' }).count(), 0);
      await page.getByLabel('Title').fill('Measurements of <radium>');
      await page.getByLabel('Description').fill('What was measured.');
      await page.getByLabel('Licence').selectOption('CC-BY-4.0');
      await press('Save and check');
      await page.getByText('This is ready to be published.').waitFor();
      t.equal((await page.reload())?.status(), 200);
      await press('Publish permanently');
      await step('published');
      const doi = page.getByRole('link', { name: /^10\.5281\/zenodo\.\d+$/ });
      t.match(await doi.getAttribute('href'), /^http/);
      const token = await accessTokenOf(once);
      t.match(await call(`${url}/depositions/${id}`, { method: 'GET', token }), {
        body: { state: 'published', metadata: { title: 'Measurements of <radium>', license: 'cc-by-4.0' } },
      });
      t.equal((await page.reload())?.status(), 200);
      await page.goBack();
      await page.goto(container);
      await step('published');
    });

    await t.test('two tabs, a reload and the back button are no reason for alarm', async (t) => {
      const second = await make('Two tabs');
      const tab = await browser.newPage();
      for (const one of [page, tab]) await one.goto(second);
      for (const one of [page, tab]) await press('Connect to Zenodo', one);
      const before = callbacks.length;
      await press('Reject', tab);
      await tab.getByText('Something went wrong').waitFor();
      t.equal((await tab.reload())?.status(), 200, 'a refusal is told without alarm the second time');
      await tab.getByRole('heading', { name: 'This has ended' }).waitFor();
      await allow();
      await step('files');
      await page.goBack();
      await allow();
      await step('files');
      for (const callback of callbacks.slice(before + 2)) {
        t.equal((await page.goto(callback))?.status(), 200);
        t.equal(page.url(), second, 'what succeeded leads to its container');
      }
      await tab.close();
    });

    await t.test('landmarks, dark mode, log out', async (t) => {
      await page.goto(container);
      for (const role of ['banner', 'navigation', 'main'] as const) {
        t.equal(await page.getByRole(role).count(), 1, role);
      }
      t.equal(await page.locator('meta[http-equiv]').count(), 0);
      const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      await page.emulateMedia({ colorScheme: 'light' });
      const light = await ground();
      await page.emulateMedia({ colorScheme: 'dark' });
      t.not(await ground(), light);
      await press('Log out ada');
      await page.getByRole('heading', { name: 'Log in' }).waitFor();
      await page.goto(container);
      await page.getByRole('heading', { name: 'Log in' }).waitFor();
    });
    t.notMatch(web.output(), /Traceback/);
    t.notMatch(web.output(), /zdl_|zds_/, 'no secret in the log of the site');
  },
);

/** The draft that the site holds for its first deposit. */
async function depositionOf(run: (command: string[]) => Promise<{ stdout: string }>): Promise<string> {
  const ask = 'from deposits.models import Deposit; print(Deposit.objects.get().deposition_id)';
  return (await run([PYTHON, 'manage.py', 'shell', '-c', ask])).stdout.trim();
}

/** The access token that the site holds for its first deposit. */
async function accessTokenOf(run: (command: string[]) => Promise<{ stdout: string }>): Promise<string> {
  const ask = 'from deposits.models import Deposit; print(Deposit.objects.get().access_token)';
  return (await run([PYTHON, 'manage.py', 'shell', '-c', ask])).stdout.trim();
}
