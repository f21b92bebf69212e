import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { BrowserContext, Page } from 'playwright-core';
import { newLink } from '../test/upload-links.js';
import { TOKEN } from './mock.js';
import { payload } from './payload.js';
import { intoBucket, type Way } from './ways.js';

/** How long a browser may take for one run, in milliseconds. */
const TIME_OUT = 10 * 60_000;

const run = promisify(execFile);

/** Files of payload in a folder, each made when it is first asked for. */
export function filesIn(folder: string): (bytes: number) => Promise<string> {
  const made = new Map<number, Promise<string>>();
  const make = async (bytes: number) => {
    const path = join(folder, String(bytes), 'one.bin');
    await mkdir(join(folder, String(bytes)), { recursive: true });
    await pipeline(Readable.from(payload(bytes)), createWriteStream(path));
    return path;
  };
  return (bytes) => {
    const file = made.get(bytes) ?? make(bytes);
    made.set(bytes, file);
    return file;
  };
}

/** A file that curl puts straight into a bucket. */
export function curlPut(fileOf: (bytes: number) => Promise<string>): Pick<Way, 'send' | 'files'> {
  return {
    async send(url, { bucket }, bytes) {
      const to = `${url}${new URL(bucket).pathname}/one.bin`;
      const authorization = `Authorization: Bearer ${TOKEN}`;
      await run('curl', [
        '-sS',
        '--fail',
        '-T',
        await fileOf(bytes),
        '-H',
        authorization,
        '-o',
        '/dev/null',
        to,
      ]);
    },
    files: intoBucket.files,
  };
}

/** What a page runs to put the chosen file to an address, until it knows the status. */
const putChosen = (to: string) => `new Promise((resolve) => {
  const request = new XMLHttpRequest();
  request.open('PUT', ${JSON.stringify(to)});
  request.setRequestHeader('Authorization', 'Bearer ${TOKEN}');
  request.onloadend = () => resolve(request.status);
  request.send(document.querySelector('input').files[0]);
})`;

/** A way through a tab of the browser: opened with the file chosen, sent, and closed. */
function inTab(
  browser: BrowserContext,
  open: (page: Page, ...to: Parameters<NonNullable<Way['prepare']>>) => Promise<void>,
  send: (page: Page, ...to: Parameters<Way['send']>) => Promise<void>,
): Pick<Way, 'prepare' | 'send' | 'files'> {
  const tabs = new Map<number, Page>();
  return {
    async prepare(...to) {
      const page = await browser.newPage();
      await open(page, ...to);
      tabs.set(to[1].id, page);
    },
    async send(...to) {
      const page = tabs.get(to[1].id);
      if (page === undefined) throw new Error('the page is not open');
      await send(page, ...to);
      tabs.delete(to[1].id);
      await page.close();
    },
    files: intoBucket.files,
  };
}

/**
 * The same file from the same browser, straight into a bucket: what the browser itself takes on
 * this machine.
 */
export function browserPut(browser: BrowserContext, fileOf: (bytes: number) => Promise<string>) {
  return inTab(
    browser,
    async (page, url, _draft, bytes) => {
      // A page of the mock's, so that its bucket is of the same origin.
      await page.goto(`${url}/healthz`);
      await page.setContent('<input type="file">');
      await page.locator('input').setInputFiles(await fileOf(bytes));
    },
    async (page, url, { bucket }) => {
      const to = `${url}${new URL(bucket).pathname}/one.bin`;
      const status = await page.evaluate<number>(putChosen(to));
      if (status !== 200 && status !== 201) throw new Error(`the mock answered ${status}`);
    },
  );
}

/**
 * The same file through the upload page: from the press of the button until the page says that it
 * is at Zenodo. `token`: an access token of the user whose drafts are used.
 */
export function throughPage(
  browser: BrowserContext,
  token: string,
  fileOf: (bytes: number) => Promise<string>,
) {
  return inTab(
    browser,
    async (page, url, { id }, bytes) => {
      await page.goto((await newLink(url, { id, token })).url);
      const input = page.locator('.zone input[type=file]').first();
      await input.setInputFiles(await fileOf(bytes));
      await page.locator('button.primary:enabled').waitFor();
    },
    async (page) => {
      await page.locator('button.primary:enabled').click();
      const done = page.getByRole('heading', { name: 'Your files are at Zenodo' });
      await done.waitFor({ timeout: TIME_OUT });
    },
  );
}
