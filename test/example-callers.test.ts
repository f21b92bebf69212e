import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { blocksOf } from './blocks.js';
import { openBrowser } from './browser.js';
import { consent } from './consent.js';
import { lackOfChromium, lackOfPython, PYTHON } from './debian.js';
import { startProgram } from './process.js';
import { startService } from './service.js';
import { eventually, md5, noise, stored } from './uploads.js';

const SEND_FILES = fileURLToPath(new URL('../examples/python/send_files.py', import.meta.url));
const SITE = fileURLToPath(new URL('../examples/django/', import.meta.url));

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'zenodo-service-example-'));
  t.teardown(() => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  return path;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

t.test(
  'the Python example shows progress, waits, asks for consent again, and names the fields that are wrong',
  { skip: await lackOfPython('python3-requests') },
  async (t) => {
    const { url, mock } = await startService(t);
    const cwd = await folder(t);
    const port = await freePort();
    const bytes = noise(3_000_000);
    await writeFile(join(cwd, 'radium ü.csv'), bytes);
    const metadata = { title: 'Measurements of radium', contributors: [{ last_name: 'Carberry' }] };
    await writeFile(join(cwd, 'metadata.json'), JSON.stringify(metadata));
    await writeFile(join(cwd, 'wrong.json'), JSON.stringify({ ...metadata, publication_date: 'soon' }));
    const run = (described: string) =>
      startProgram(t, [PYTHON, SEND_FILES, url, 'radium', described, 'radium ü.csv'], {
        cwd,
        env: { CALLBACK_PORT: String(port), PYTHONDONTWRITEBYTECODE: '1' },
      });
    const allow = async (page: string) => {
      const callback = `http://127.0.0.1:${port}/zenodo/callback`;
      const foreign = await fetch(`${callback}?code=theirs&state=theirs`);
      t.equal(foreign.status, 403, 'what was not begun here is refused');
      const back = await consent(page);
      const answer = await fetch(`${callback}?${new URLSearchParams({ ...back })}`);
      t.equal(await answer.text(), 'You can close this page.');
    };
    const page = /give consent: (http\S+)/;

    const first = run('metadata.json');
    await allow((await first.says(page))[1] ?? '');
    t.equal(await first.ended(), 0, first.output());
    const { deposition_id: id } = JSON.parse(first.output().trim().split('\n').at(-1) ?? '');
    t.same(stored(mock, id), { 'radium ü.csv': md5(bytes) });
    t.match(first.output(), /radium ü\.csv \[#{30}\] 100%/, 'it showed how far it was');
    t.equal((await stat(join(cwd, '.zenodo-token'))).mode & 0o777, 0o600);

    mock.faults.add({ method: 'POST', path: '/api/deposit/depositions', status: 503, times: 1 });
    mock.faults.add({ path: `/api/deposit/depositions/${id}`, status: 503, times: 1 });
    const second = run('wrong.json');
    t.equal(await second.ended(), 1, second.output());
    t.match(second.output(), /Trying again in 1 s\./, 'a Zenodo that fails is waited for');
    t.match(second.output(), /invalid_metadata: .+\n {2}publication_date: /, 'the field is named');
    t.notMatch(second.output(), page, 'nobody is asked again as long as the token serves');

    await fetch(`${url}/oauth/disconnect`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await readFile(join(cwd, '.zenodo-token'), 'utf8')}` },
    });
    const third = run('metadata.json');
    await allow((await third.says(page))[1] ?? '');
    t.equal(await third.ended(), 0, third.output());
    t.match(third.output(), `"deposition_id": ${id}`, 'the same draft, found again');
  },
);

/** What the README of the site says to type, with ports and data of this test. */
function commands(port: number): string[][] {
  const lines = blocksOf('examples/django/README.md', 'sh').flatMap(({ text }) => text.trim().split('\n'));
  return lines.map((line) => line.replace('python3', PYTHON).replace(':8000', `:${port}`).split(' '));
}

t.test(
  'the Django example, in a browser, from login to the draft',
  { skip: (await lackOfPython('python3-django', 'python3-requests')) || (await lackOfChromium()) },
  async (t) => {
    const { url, mock } = await startService(t);
    const home = await folder(t);
    const port = await freePort();
    const site = `http://127.0.0.1:${port}`;
    const env = {
      DATA_DIR: join(home, 'data'),
      ZENODO_SERVICE_URL: url,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
      DJANGO_SUPERUSER_PASSWORD: 'correct horse',
    };
    const [migrate = [], createUser = [], serve = [], work = []] = commands(port);
    const once = async ([program = '', ...args]: string[]) =>
      promisify(execFile)(program, args, { cwd: SITE, env: { ...process.env, ...env }, timeout: 60_000 });
    await once(migrate);
    await once([...createUser, '--noinput']);
    await t.resolves(
      once([PYTHON, 'manage.py', 'makemigrations', '--check', '--dry-run']),
      'models and migrations agree',
    );
    const web = startProgram(t, [...serve, '--noreload'], { cwd: SITE, env });
    t.ok(
      await eventually(
        () =>
          fetch(`${site}/login/`).then(
            (answer) => answer.ok,
            () => false,
          ),
        40,
      ),
      'the site answers',
    );

    const browser = await openBrowser(t, { width: 800, height: 700 });
    const page = await browser.newPage();
    const bytes = noise(200_000);
    await logIn(page, site);
    const container = await keep(page, 'Measurements of <radium>', [
      { name: 'radium.csv', mimeType: 'text/csv', buffer: bytes },
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('short') },
    ]);

    await t.test('what the browser did not begin is refused', async (t) => {
      const cookies = (await browser.cookies(site)).map(({ name, value }) => `${name}=${value}`).join('; ');
      const forged = await fetch(`${container}send/`, { method: 'POST', headers: { cookie: cookies } });
      t.equal(forged.status, 403, 'a POST without the token of the form');
      const began = await fetch(`${url}/oauth/authorize`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ container_id: 1, django_callback_url: `${site}/zenodo/callback/` }),
      });
      const { zenodo_oauth_url: theirs } = (await began.json()) as Record<string, string>;
      const back = await consent(theirs, { user: 'mock-user-2' });
      const refused = await page.goto(`${site}/zenodo/callback/?${new URLSearchParams({ ...back })}`);
      t.equal(refused?.status(), 403, 'a stranger’s code and state');
      await page.getByText('does not belong to anything that you began here').waitFor();
      const stranger = await fetch(container, { redirect: 'manual' });
      t.equal(stranger.status, 302, 'and nobody sees the container without logging in');
      await page.goto(container);
    });

    await t.test('saying no is not the end', async () => {
      await page.getByRole('button', { name: 'Send to Zenodo' }).click();
      await page.getByRole('button', { name: 'Reject' }).click();
      await page.getByText('That did not work').waitFor();
      await page.getByRole('link', { name: /Back to/ }).click();
    });

    const allow = () => page.getByRole('button', { name: 'Authorize application' }).click();
    const step = (name: string) => page.locator(`[data-step="${name}"]`).waitFor({ timeout: 60_000 });

    await t.test('consent, and an upload that is not done by the request', async (t) => {
      await page.getByRole('button', { name: 'Send to Zenodo' }).click();
      await allow();
      await step('sending');
      t.equal(page.url(), container, 'the browser waits for nothing');
      t.same(
        mock.state().depositions.flatMap(({ files }) => files),
        [],
        'nothing is sent by the site itself',
      );
      mock.faults.add({ method: 'PUT', path: '/api/files/*', throttleRequest: 60_000 });
      const worker = startProgram(t, work, { cwd: SITE, env });
      await step('transferring');
      await page.locator('progress[max="200005"]').waitFor();
      mock.faults.clear();
      await step('done');
      await worker.kill('SIGTERM');
    });
    const draft = mock.state().depositions[0];
    t.same(stored(mock, draft?.id ?? 0), { 'radium.csv': md5(bytes), 'notes.txt': md5('short') });
    t.match(draft?.metadata, { title: 'Measurements of <radium>' });
    t.match(await page.getByRole('link', { name: 'Look at the draft' }).getAttribute('href'), mock.url);

    await t.test('consent that has ended is asked for again', async (t) => {
      await page.getByRole('button', { name: 'Send again' }).click();
      await allow();
      await step('sending');
      mock.tokens.revoke({ user: 'mock-user' });
      startProgram(t, work, { cwd: SITE, env });
      await step('consent');
      await page.getByRole('button', { name: 'Allow it again' }).click();
      await allow();
      await step('done');
      t.equal(mock.state().depositions.length, 1, 'the same draft');
    });

    await t.test('what the service refuses is shown to the user', async () => {
      mock.faults.add({ method: 'GET', path: '/api/deposit/depositions/:id', status: 404, body: {} });
      await page.getByRole('button', { name: 'Send again' }).click();
      await allow();
      startProgram(t, work, { cwd: SITE, env });
      await step('failed');
      await page.getByText('Zenodo does not know this deposition').waitFor();
    });
    await t.test(
      'two tabs, a reload, the back button and a foreign link are no reason for alarm',
      async (t) => {
        mock.faults.clear();
        await page.goto(site);
        const second = await keep(page, 'Two tabs', [
          { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') },
        ]);
        const tab = await browser.newPage();
        const callbacks: string[] = [];
        for (const one of [page, tab]) {
          one.on('request', (asked) => {
            if (asked.url().startsWith(`${site}/zenodo/callback/`)) callbacks.push(asked.url());
          });
          await one.goto(second);
        }
        for (const one of [page, tab]) await one.getByRole('button', { name: 'Send to Zenodo' }).click();
        const stray = await browser.newPage();
        t.equal((await stray.goto(`${site}/zenodo/callback/?code=theirs&state=theirs`))?.status(), 403);
        await tab.getByRole('button', { name: 'Reject' }).click();
        await tab.getByText('That did not work').waitFor();
        t.equal((await tab.reload())?.status(), 200, 'a refusal is told without alarm the second time');
        await tab.getByRole('heading', { name: 'That is over' }).waitFor();
        await page.getByRole('button', { name: 'Authorize application' }).click();
        await page.locator('[data-step]').waitFor();
        t.equal(callbacks.length, 3);
        await page.goBack();
        await page.getByRole('button', { name: 'Authorize application' }).click();
        await page.locator('[data-step]').waitFor();
        for (const callback of [callbacks[2], callbacks[3]]) {
          t.equal((await page.goto(callback ?? ''))?.status(), 200);
          t.equal(page.url(), second, 'what succeeded leads to its container');
        }
        t.equal(
          (await stray.goto(`${site}/zenodo/callback/?code=theirs&state=theirs`))?.status(),
          403,
          'and what was not begun here is refused as before',
        );
        await Promise.all([tab.close(), stray.close()]);
      },
    );
    t.notMatch(web.output(), /Traceback/);
  },
);

/** Makes a container by the form; answers the address of its page. */
async function keep(
  page: Page,
  title: string,
  files: { name: string; mimeType: string; buffer: Buffer }[],
): Promise<string> {
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Description').fill('What was measured.');
  await page.getByLabel('Files').setInputFiles(files);
  await page.getByRole('button', { name: 'Keep' }).click();
  await page.getByRole('heading', { name: title }).waitFor();
  return page.url();
}

async function logIn(page: Page, site: string): Promise<void> {
  await page.goto(site);
  await page.getByLabel('Name').fill('ada');
  await page.getByLabel('Password').fill('correct horse');
  await page.getByRole('button', { name: 'Log in' }).click();
}
