import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BrowserContext, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { openBrowser } from './browser.js';
import { lackOfChromium } from './debian.js';
import { startService, type TestService } from './service.js';
import { type Connected, connect, newLink } from './upload-links.js';
import { md5, noise, stored } from './uploads.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const QUICK = { firstWait: 20, longestWait: 100, starve: 2000 };

interface AxeResults {
  violations: { id: string; nodes: { html: string }[] }[];
}

/** What axe finds on a page; nothing is left out of its rules. */
async function axe(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

/** Looks at a state of the page: on a phone and on a desk, light and dark. */
async function look(t: Test, page: Page, name: string): Promise<void> {
  for (const [scheme, width, height] of [
    ['light', 360, 800],
    ['dark', 390, 844],
    ['dark', 1280, 900],
    ['light', 1280, 900],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height });
    const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
    t.ok(wide <= width, `${name}, ${width} px: nothing is wider than the screen`, { wide });
    const folder = process.env['PICTURES'];
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/${name}-${scheme}-${width}.png`, fullPage: true });
    t.same(await axe(page), [], `${name}, ${scheme}, ${width} px`);
  }
}

/** Files on disk, by their paths: a number is a length, of nothing but zeros. */
async function folderOf(t: Test, files: Record<string, Buffer | string | number>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'upload-page-'));
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'number' ? '' : content);
    if (typeof content === 'number') await truncate(file, content);
  }
  return folder;
}

const chooseFiles = (page: Page, ...paths: string[]) =>
  page.locator('input[type=file]').first().setInputFiles(paths);
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const title = (page: Page, name: string) => page.getByRole('heading', { name, level: 2 });

interface Visit {
  page: Page;
  who: Connected;
  complaints: string[];
}

let visits = 0;

/** A person whose application sent them to the page, with a draft of their own. */
async function visit(
  browser: BrowserContext,
  service: TestService,
  wishes: object = {},
  user?: string,
): Promise<Visit> {
  visits += 1;
  const who = await connect(service.url, `page-${visits}`, user);
  const link = await newLink(service.url, who, { application_name: 'Field Station Data', ...wishes });
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(link.url);
  return { page, who, complaints };
}

t.test('the page is ours alone, small, and says what to do without JavaScript', async (t) => {
  const { url } = await startService(t, { env: { API_KEYS: 'k'.repeat(40) } });
  const answer = await fetch(`${url}/upload`, { headers: { 'accept-language': 'de' } });
  t.equal(answer.status, 200, 'browsers have no service key');
  t.match(
    answer.headers.get('content-security-policy'),
    /default-src 'none'; script-src 'self'; style-src 'self'/,
  );
  const shell = await answer.text();
  t.match(shell, /<html lang="de">/);
  t.match(shell, /<noscript><p[^>]*>Diese Seite braucht JavaScript/);
  t.notMatch(shell, /(src|href)="(https?:)?\/\//, 'no third party');
  const script = await fetch(`${url}/upload/page.js`);
  const text = await script.text();
  t.ok(gzipSync(text).length < 60_000, `${gzipSync(text).length} bytes of script over the wire`);
  const etag = script.headers.get('etag') ?? '';
  t.equal((await fetch(`${url}/upload/page.js`, { headers: { 'if-none-match': etag } })).status, 304);
});

t.test('the upload page in a browser', { skip: await lackOfChromium() }, async (t) => {
  const service = await startService(t, { dependencies: { patience: QUICK } });
  const { mock } = service;
  const browser = await openBrowser(t, { width: 1280, height: 900 });

  await t.test('one file, from choosing to the way back', async (t) => {
    const { page, who, complaints } = await visit(browser, service);
    await title(page, 'Choose files').waitFor();
    t.notMatch(page.url(), /#/, 'the secret stands in no address');
    await look(t, page, 'nothing-chosen');
    const bytes = noise(300_000);
    const folder = await folderOf(t, { 'Ice thickness 2024.csv': bytes });
    await chooseFiles(page, join(folder, 'Ice thickness 2024.csv'));
    await page.getByRole('rowheader', { name: /Ice thickness 2024/ }).waitFor();
    await look(t, page, 'one-file');
    await button(page, /^Send 300/).click();
    await title(page, 'Your files are at Zenodo').waitFor();
    await page.getByText(md5(bytes)).waitFor();
    t.same(stored(mock, who.id), { 'Ice thickness 2024.csv': md5(bytes) });
    await look(t, page, 'done');
    t.same(complaints, []);
    await page.route('http://127.0.0.1:8000/**', (route) => route.fulfill({ body: 'back' }));
    await page.getByRole('link', { name: 'Back to Field Station Data' }).click();
    await page.waitForURL(/127\.0\.0\.1:8000.*upload_id=.*state=done/);
    await page.close();
  });
});
