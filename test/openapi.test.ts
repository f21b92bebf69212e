import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { parse } from 'yaml';
import { readContract } from '../contract/document.js';
import { generateContract } from '../scripts/openapi.js';
import { findingsOf } from './axe.js';
import { openBrowser } from './browser.js';
import { lackOfChromium, lackOfPython, PYTHON } from './debian.js';
import { startService } from './service.js';
import { onlyPaths } from './shown-paths.js';
import { textPlaces } from './text-places.js';

const COMMITTED = new URL('../openapi.yaml', import.meta.url);

t.test('every operation is described, and what stands in several places has a name', async (t) => {
  const committed = await readFile(COMMITTED, 'utf8');
  const { info, paths, components } = parse(committed);
  const operations: { operationId: string; description?: string; responses: object }[] = Object.values(
    paths as Record<string, object>,
  ).flatMap((methods) => Object.values(methods));
  const length = committed.split('\n').length;
  t.ok(length <= operations.length * 123.5, 'two thirds of its length before shapes had names');
  t.same(
    operations.filter(({ description = '' }) => description === '').map(({ operationId }) => operationId),
    [],
  );
  t.match(info.contact, { name: /\w/ });
  const wanted = ['Deposition', 'Upload', 'UploadFile', 'DraftFile', 'RefreshAnswer', 'CallbackAnswer'];
  t.same(
    wanted.filter((name) => !(name in components.schemas)),
    [],
  );
  const text = JSON.stringify({ paths, components });
  t.same(
    [...Object.keys(components.schemas), ...Object.keys(components.responses)].filter(
      (name) => !text.includes(`/${name}"`),
    ),
    [],
    'and each name is used',
  );
  t.same(twice(components.schemas), [], 'no shape stands in two places: name it in openapi-names.ts');
  for (const { operationId, responses } of operations) {
    const faults = Object.entries(responses).filter(([status]) => Number(status) >= 400);
    t.same(
      faults.filter(([, answer]) => !('$ref' in answer)).map(([status]) => status),
      [],
      operationId,
    );
  }
});

t.test('the length of every text in a request has a limit', async (t) => {
  const { operations } = await readContract(COMMITTED);
  const places = textPlaces(operations).filter(({ name }) => !name.endsWith(' form files.0'));
  t.ok(places.length > 200);
  t.same(
    places.filter(({ isEndless }) => isEndless).map(({ name }) => name),
    [],
  );
});

t.test(
  'readers of YAML 1.1 read the same contract',
  { skip: await lackOfPython('python3-yaml') },
  async (t) => {
    const read = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1])), default=repr))';
    const { stdout } = await promisify(execFile)(PYTHON, ['-c', read, fileURLToPath(COMMITTED)], {
      maxBuffer: 50_000_000,
    });
    t.same(JSON.parse(stdout), parse(await readFile(COMMITTED, 'utf8')));
  },
);

t.test('the contract is written once, and is the same for all who ask at once', async (t) => {
  for (const env of [{}, { ALLOWED_CALLBACK_URLS: 'https://app.example.org/zenodo/callback/' }]) {
    const { url } = await startService(t, { env });
    const callers = Array.from({ length: 20 }, async () => (await fetch(`${url}/docs/json`)).text());
    const [first = '', ...others] = await Promise.all(callers);
    t.match(JSON.parse(first), {
      openapi: '3.1.0',
      servers: [{ url: '..' }],
      tags: [{ name: 'Start here' }],
    });
    t.same(
      others.filter((text) => text !== first),
      [],
    );
    for (const path of [
      '/openapi.yaml',
      '/openapi.json',
      ...('ALLOWED_CALLBACK_URLS' in env ? ['/docs/json'] : []),
    ]) {
      const { headers } = await fetch(url + path);
      t.equal(headers.get('content-encoding'), 'gzip', path);
      const known = { 'if-none-match': headers.get('etag') ?? '' };
      t.equal((await fetch(url + path, { headers: known })).status, 304, path);
      const plain = await fetch(url + path, { headers: { 'accept-encoding': 'identity' } });
      t.equal(plain.headers.get('content-encoding'), null, path);
    }
  }
});

t.test('the example of a callback URL is one of the caller’s own', async (t) => {
  const { url } = await startService(t);
  const { host, port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket.write(`GET /docs/json HTTP/1.1\r\nhost: $&.${host}\r\nconnection: close\r\n\r\n`);
  for await (const piece of socket.setEncoding('utf8')) text += piece;
  t.match(text, /^HTTP\/1.1 200/);
  t.match(await (await fetch(`${url}/docs/json`)).text(), `${url}/`);
});

/** Where shapes stand that are like another and larger than the reference to one. */
function twice(part: object, path = '', known = new Map<string, string>()): string[] {
  return Object.entries(part).flatMap(([key, value]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    const here = `${path}/${key}`;
    const text = JSON.stringify(value);
    const first = known.get(text);
    if (text.length > 250 && first !== undefined) return [`${here} is ${first}`];
    known.set(text, here);
    return twice(value, here, known);
  });
}

t.test('the committed contract is what the routes make, and what is served', async (t) => {
  const committed = await readFile(COMMITTED, 'utf8');
  t.equal(await generateContract(), committed, 'else: npm run openapi');
  const { url } = await startService(t, { env: { PUBLIC_URL: 'http://127.0.0.1/zenodo' } });
  for (const prefix of ['', '/zenodo']) {
    const yaml = await fetch(`${url}${prefix}/openapi.yaml`);
    t.match(yaml.headers.get('content-type'), 'application/yaml');
    t.equal(await yaml.text(), committed, `${prefix}/openapi.yaml`);
    const json = (await (await fetch(`${url}${prefix}/openapi.json`)).json()) as { openapi: string };
    t.equal(json.openapi, '3.1.0', `${prefix}/openapi.json`);
  }
});

t.test(
  'the reference works in a browser, behind a prefix, under a strict policy',
  { skip: await lackOfChromium() },
  async (t) => {
    const { url } = await startService(t, { env: { PUBLIC_URL: 'http://127.0.0.1/zenodo' } });
    const browser = await openBrowser(t, { width: 1200, height: 900 });
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    // These visits look at two calls only; the ones after them show the whole contract.
    const contract = '**/docs/json';
    await page.route(contract, async (route) => {
      const response = await route.fetch();
      const json = onlyPaths(await response.json(), ['/oauth/authorize', '/healthz']);
      await route.fulfill({ response, json });
    });
    for (const path of ['/docs', '/docs/', '/zenodo/docs', '/zenodo/docs/']) {
      const answer = await page.goto(`${url}${path}`);
      const policy = answer?.headers()['content-security-policy'] ?? '';
      t.match(policy, /default-src 'none'.*script-src 'self';/, `${path}: nothing but our own scripts`);
      await page.getByText('Get the Zenodo page where the user gives consent').waitFor();
      t.notOk(await page.locator('.topbar').isVisible(), `${path}: no field for somebody else’s contract`);
      await page.locator('#operations-Service-isAlive').click();
      await page.getByRole('button', { name: 'Try it out' }).click();
      const asked = page.waitForResponse(/healthz/);
      await page.getByRole('button', { name: 'Execute' }).click();
      const { status, where } = await asked.then((one) => ({ status: one.status(), where: one.url() }));
      t.equal(status, 200, `${path}: a call from the page is answered`);
      t.equal(where, `${url}${path.startsWith('/zenodo') ? '/zenodo' : ''}/healthz`);
    }
    await page.unroute(contract);
    for (const [colorScheme, width] of [
      ['light', 390],
      ['dark', 1280],
      ['light', 1280],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${url}/docs`);
      await page.locator('.opblock-tag').first().waitFor();
      t.equal(await page.locator('.opblock-tag').first().getAttribute('data-tag'), 'Start here');
      const first = page.locator('.opblock').first();
      await first.locator('.opblock-summary-control').click();
      await page.getByRole('button', { name: 'Try it out' }).click();
      const asked = page.waitForResponse(/authorize/);
      await page.getByRole('button', { name: 'Execute' }).click();
      t.equal((await asked).status(), 200, 'the first example is accepted as it stands');
      await first.locator('.live-responses-table').waitFor();
      // A button that grows under the pointer is too small while it does.
      await page.mouse.move(0, 0);
      await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
      const name = `${colorScheme}, ${width} px`;
      t.same(await findingsOf(page, ['serious', 'critical']), [], name);
      const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
      t.ok(wide <= width, `${name}: nothing is wider than the screen`, { wide });
    }
    t.same(complaints, [], 'and nothing was refused to the page itself');
  },
);
