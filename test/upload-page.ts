import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { Test } from 'tap';
import { findingsOf } from './axe.js';
import type { TestService } from './service.js';
import { type Connected, connect, type Link, newLink } from './upload-links.js';

/** What is cut off at its side, or has to be scrolled to be read. */
const SIDEWAYS = `[...document.querySelectorAll('.table, .note, .card, ul')]
  .filter((one) => one.scrollWidth > one.clientWidth)
  .map((one) => one.className + ' ' + one.scrollWidth + ' > ' + one.clientWidth)`;

/**
 * Looks at a state of the page, narrow and wide, light and dark. axe judges each layout and each
 * scheme once; with PICTURES all four are also drawn into that folder. `wide`: one more width.
 */
export async function look(t: Test, page: Page, name: string, wide?: number): Promise<void> {
  const pictures = process.env['PICTURES'];
  for (const [scheme, width, height, judged] of [
    // What is left of a desk at 400 %.
    ['light', 320, 800, true],
    ['dark', 390, 844, false],
    ['light', 1280, 900, false],
    ['dark', 1280, 900, true],
    ...(wide === undefined ? [] : [['light', wide, (wide * 9) / 16, true] as const]),
  ] as const) {
    if (!judged && pictures === undefined) continue;
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height });
    const taken = Number(await page.evaluate('document.documentElement.scrollWidth'));
    t.ok(taken <= width, `${name}, ${width} px: nothing is wider than the screen`, { taken });
    t.same(await page.evaluate(SIDEWAYS), [], `${name}, ${width} px: nothing is scrolled sideways`);
    if (pictures !== undefined)
      await page.screenshot({ path: `${pictures}/${name}-${scheme}-${width}.png`, fullPage: true });
    if (judged) t.same(await findingsOf(page), [], `${name}, ${scheme}, ${width} px`);
  }
}

/** Files on disk, by their paths: a number is a length, of nothing but zeros. */
export async function folderOf(t: Test, files: Record<string, Buffer | string | number>): Promise<string> {
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

export const chooseFiles = (page: Page, ...paths: string[]) =>
  page.locator('.zone input[type=file]').first().setInputFiles(paths);
export const chooseFolder = (page: Page, path: string) =>
  page.locator('.zone input[type=file]').nth(1).setInputFiles(path);
export const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
/** What stands there for the eyes: what is read out says the same once more. */
export const said = (page: Page, text: string | RegExp) => page.locator('main').getByText(text);
export const title = (page: Page, name: string) => page.getByRole('heading', { name, level: 2 });

/** A tab with the page in it. */
interface Visit {
  page: Page;
  who: Connected;
  link: Link;
  /** What the browser's console complains of. */
  complaints: string[];
}

let visits = 0;

/** A person whose application sent them to the page, with a draft of their own. */
export async function visit(
  browser: BrowserContext,
  service: Pick<TestService, 'url'>,
  wishes: object = {},
  user?: string,
): Promise<Visit> {
  visits += 1;
  const who = await connect(service.url, `page-${visits}`, user);
  const link = await newLink(service.url, who, { application_name: 'Field Station Data', ...wishes });
  return { who, link, ...(await openTab(browser, link.url)) };
}

/** Opens the page at such an address. */
export async function openTab(
  browser: BrowserContext,
  url: string,
): Promise<Pick<Visit, 'page' | 'complaints'>> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
}
