import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CDPSession, Page, Request } from 'playwright-core';
import { openBrowser } from '../../test/browser.js';
import { memory, tree } from '../process-figures.js';
import { FOLDERS, type SourceFile } from './files.js';

/** What the page shows. Shares are those of its two bars. */
interface Sight {
  title: string;
  notice: string;
  received: number;
  atZenodo: number;
  text: string;
}

/** MiB. */
export interface BrowserMemory {
  heap: number;
  renderer: number;
  all: number;
}

const LOOK = `(() => {
  const bars = [...document.querySelectorAll('.bars progress')].map((bar) => bar.value / bar.max);
  const words = (name) => document.querySelector(name)?.textContent ?? '';
  return { title: words('h2'), notice: words('.notice'), received: bars[0] ?? 0, atZenodo: bars[1] ?? 0, text: document.body.innerText };
})()`;

/** How many bytes of a file the service said that it has. */
export interface KnownOffset {
  file: string;
  offset: number;
}

/**
 * A user of the page, in a browser whose profile survives a restart. `known`: what the service has
 * said so far, also to earlier browsers.
 */
export async function openVisitor(
  ending: { teardown(work: () => unknown): unknown },
  profile: string,
  url: string,
  known: KnownOffset[],
) {
  const context = await openBrowser(ending, { width: 1280, height: 900 }, profile);
  const page = await context.newPage();
  const chunks: { file: string; offset: number }[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'PATCH') return;
    const offset = Number(request.headers()['upload-offset']);
    chunks.push({ file: request.url(), offset });
    if (offset !== (known.findLast(({ file }) => file === request.url())?.offset ?? 0))
      complaints.push(`PATCH at ${offset} of ${request.url()}, of which the service has said something else`);
  });
  page.on('response', (answer) => {
    const { 'upload-offset': offset, location } = answer.headers();
    const request = answer.request();
    if (offset === undefined || !answer.ok()) return;
    noteOffset(request, request.method() === 'POST' ? (location ?? '') : request.url(), Number(offset));
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  function noteOffset(request: Request, file: string, offset: number): void {
    const before = known.findLast((one) => one.file === file)?.offset ?? 0;
    if (offset < before) complaints.push(`${request.method()} says ${offset} of ${file}, after ${before}`);
    known.push({ file, offset });
  }
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  await page.goto(url);

  return {
    page,
    context,
    complaints,
    /** Number of chunks, and of those that did not begin at the first byte. */
    chunks: () => ({ all: chunks.length, resumed: chunks.filter(({ offset }) => offset > 0).length }),
    look: () => page.evaluate<Sight>(LOOK),
    memory: () => memoryOf(session),
    close: () => context.close(),
  };
}

export type Visitor = Awaited<ReturnType<typeof openVisitor>>;

/** Chooses everything as a user does: the files in one dialog, each folder in another. */
export async function chooseAll(
  { page }: Visitor,
  folder: string,
  files: readonly SourceFile[],
): Promise<void> {
  const plain = files.filter(({ path }) => !path.includes('/')).map(({ path }) => join(folder, path));
  await choose(page, 'Choose files', plain);
  for (const name of FOLDERS) await choose(page, 'Choose a folder', [join(folder, name)]);
  for (const name of FOLDERS)
    await page.getByRole('rowheader', { name: new RegExp(`${name}\\.zip`) }).waitFor();
}

async function choose(page: Page, button: string, paths: string[]): Promise<void> {
  const dialog = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button, exact: true }).click();
  await (await dialog).setFiles(paths);
}

async function memoryOf(session: CDPSession): Promise<BrowserMemory> {
  const { metrics } = await session.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN;
  let renderer = 0;
  let all = 0;
  for (const pid of await tree(process.pid)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!/chrom/.test(command)) continue;
    const { now } = await memory(pid).catch(() => ({ now: 0 }));
    all += now;
    if (command.includes('--type=renderer')) renderer = Math.max(renderer, now);
  }
  return { heap: heap / 1024 ** 2, renderer, all };
}
