import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import t from 'tap';
import { openBrowser } from './browser.js';
import { call } from './consent.js';
import { lackOfChromium } from './debian.js';
import { startService } from './service.js';
import { startSlowLine } from './slow-line.js';
import { newLink } from './upload-links.js';
import { button, chooseFiles, folderOf, look, openTab, said, title, visit } from './upload-page.js';
import { eventually, holdForm, md5, noise, put, stored } from './uploads.js';

/** Files and folders let go of above a part of the page, as a desktop does it. */
async function dropOn(page: Page, part: string, ...paths: string[]): Promise<void> {
  const box = await page.locator(part).boundingBox();
  if (box === null) throw new Error('there is nowhere to drop to');
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: box.x + 20, y: box.y + 20, data });
  }
  await session.detach();
}

const drop = (page: Page, ...paths: string[]) => dropOn(page, '.zone', ...paths);

/** An application's own page with Uppy: sends files by their paths, answers what failed. */
const UPPY = `
import Uppy from '@uppy/core';
import Tus from '@uppy/tus';
window.bring = async ({ path, secret, files }) => {
  const headers = { authorization: 'Bearer ' + secret };
  const upload_id = crypto.randomUUID();
  const uppy = new Uppy({ meta: { upload_id } }).use(Tus, { endpoint: path, headers, chunkSize: 300_000 });
  for (const [relativePath, text] of Object.entries(files)) {
    const data = new Blob([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))]);
    const isInFolder = relativePath.includes('/');
    uppy.addFile({ name: relativePath.split('/').at(-1), data, meta: { relativePath: isInFolder ? relativePath : null } });
  }
  const { failed } = await uppy.upload();
  const json = { ...headers, 'content-type': 'application/json' };
  const complete = await fetch(path + '/' + upload_id + '/complete', { method: 'POST', headers: json, body: '{}' });
  return [...failed.map(({ error }) => error), ...(complete.ok ? [] : [await complete.text()])];
};`;

/** Chooses one file more than may be sent at once, none of which is on a disk. */
const CHOOSE_TOO_MANY = `(() => {
  const all = new DataTransfer();
  for (let n = 0; n < 20_001; n += 1) all.items.add(new File([''], n + '.csv'));
  const input = document.querySelector('.zone input[type=file]');
  input.files = all.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
})()`;

/** Makes each file's size take a millisecond, and notes how the page goes about that. */
const READ_SLOWLY = `(() => {
  const { get } = Object.getOwnPropertyDescriptor(Blob.prototype, 'size');
  const known = new WeakSet();
  let inOneGo = 0;
  const read = window.read = { most: 0, seen: [], heard: [] };
  const note = (list, text) => text !== '' && text !== list.at(-1) && list.push(text);
  setInterval(() => { inOneGo = 0; });
  Object.defineProperty(File.prototype, 'size', {
    get() {
      if (!known.has(this)) {
        known.add(this);
        for (const until = performance.now() + 1; performance.now() < until;);
        read.most = Math.max(read.most, ++inOneGo);
      }
      return get.call(this);
    },
  });
  new MutationObserver(() => {
    note(read.seen, document.querySelector('.reading')?.textContent ?? '');
    note(read.heard, document.querySelector('[role=status]').textContent);
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})()`;

/** What \`READ_SLOWLY\` has noted. */
interface Read {
  /** Sizes in one go, at most. */
  most: number;
  seen: string[];
  heard: string[];
}

/** Lets what is called locked be read no more, as on a disk that is gone. */
const LOCK = `(() => {
  const refuse = (found, failed) => failed(new DOMException('', 'NotReadableError'));
  const lock = (entry) => {
    const { name, createReader } = entry;
    const isLocked = name.startsWith('locked');
    if (isLocked && entry.isFile) entry.file = refuse;
    if (entry.isDirectory) entry.createReader = () => {
      const reader = createReader.call(entry);
      const { readEntries } = reader;
      reader.readEntries = isLocked
        ? refuse
        : (found, failed) => readEntries.call(reader, (some) => found(some.map(lock)), failed);
      return reader;
    };
    return entry;
  };
  const { webkitGetAsEntry } = DataTransferItem.prototype;
  DataTransferItem.prototype.webkitGetAsEntry = function () { return lock(webkitGetAsEntry.call(this)); };
})()`;

/** What has the keyboard, and whether one sees that. */
interface Focus {
  name: string;
  heading: boolean;
  seen: boolean;
  /** It is part of a question. */
  asked: boolean;
}

const FOCUS = `(() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  return {
    name: one.getAttribute('aria-label') ?? one.textContent,
    heading: one.tagName === 'H2',
    seen: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
    asked: one.closest('dialog') !== null,
  };
})()`;

t.test('what may happen at the upload page', { skip: await lackOfChromium() }, async (t) => {
  const line = await startSlowLine(t);
  const service = await startService(t, { env: { PUBLIC_URL: line.url } });
  line.leadTo(service.url);
  const { mock } = service;
  const browser = await openBrowser(t, { width: 1280, height: 900 });
  const isDone = (page: Page) => title(page, 'Your files are at Zenodo').waitFor();
  const isSending = async (page: Page) => {
    await button(page, /^Send /).click();
    await said(page, /per second/).waitFor();
  };

  await t.test('folders are dropped, also of more files than a browser tells at once', async (t) => {
    const { page, who, complaints } = await visit(browser, service);
    const files: Record<string, string> = { 'notes.txt': 'ice', 'small/deep/a.csv': 'a', 'small/b.csv': 'b' };
    for (let n = 0; n < 250; n += 1) files[`many/profile ${n}.csv`] = `${n}`;
    const folder = await folderOf(t, files);
    await title(page, 'Choose files').waitFor();
    await page.evaluate(CHOOSE_TOO_MANY);
    await said(page, 'These are too many files at once').waitFor();
    await said(page, /^You chose 20,001 files, and up to 20,000 can be sent at once/).waitFor();
    await look(t, page, 'too-many');
    await button(page, 'Start over').click();
    await drop(page, join(folder, 'many'));
    await page.getByRole('rowheader', { name: /^many\.zip made from a folder with 250 files/ }).waitFor();
    await button(page, 'Start over').click();
    // A browser would show what is dropped beside the zone in the place of the page.
    await dropOn(page, 'h1', join(folder, 'small'), join(folder, 'notes.txt'));
    await page.getByRole('rowheader', { name: /^small\.zip made from a folder with 2 files/ }).waitFor();
    t.equal(await page.locator('.zone.over').count(), 0);
    await button(page, /^Send /).click();
    await isDone(page);
    t.same(Object.keys(stored(mock, who.id)).sort(), ['notes.txt', 'small.zip']);
    t.same(complaints, []);
    await page.close();
  });

  await t.test('the page goes on while the disk is asked for the sizes of many files', async (t) => {
    const { page } = await visit(browser, service);
    const names = Array.from({ length: 600 }, (_, n) => `many/profile ${n}.csv`);
    const folder = await folderOf(t, Object.fromEntries(names.map((name) => [name, '1'])));
    await title(page, 'Choose files').waitFor();
    await page.evaluate(READ_SLOWLY);
    await page.locator('.zone input[type=file]').nth(1).setInputFiles(join(folder, 'many'));
    await page.getByRole('rowheader', { name: /^many\.zip made from a folder with 600 files/ }).waitFor();
    const { most, seen, heard } = await page.evaluate<Read>('window.read');
    t.ok(most > 0 && most < 200, `${most} sizes in one go`);
    t.ok(seen.length > 2, 'one sees that it moves');
    for (const text of seen) t.match(text, /^Looking through your files …( \d+ files so far)?$/);
    t.match(heard, ['Looking through your files …', /^1 file, /], 'and hears it once');
    await page.close();
  });

  await t.test('Uppy, unchanged, in the place of the page', async (t) => {
    const { page, who, link } = await visit(browser, service);
    const { outputFiles } = await build({
      stdin: { contents: UPPY, resolveDir: import.meta.dirname },
      bundle: true,
      write: false,
      format: 'iife',
      platform: 'browser',
      logLevel: 'error',
    });
    await page.evaluate(outputFiles[0]?.text ?? '');
    const bytes = noise(900_000);
    const path = `${line.url}/depositions/${who.id}/tus`;
    const files = { 'survey/ice.bin': bytes.toString('base64'), 'notes.txt': btoa('ice') };
    t.same(await page.evaluate(`bring(${JSON.stringify({ path, secret: link.secret, files })})`), []);
    t.ok(await eventually(() => 'survey.zip' in stored(mock, who.id)));
    t.equal(stored(mock, who.id)['notes.txt'], md5('ice'));
    await page.close();
  });

  await t.test('the same file chosen twice, and another one of its name', async (t) => {
    const { page, who } = await visit(browser, service);
    const folder = await folderOf(t, { 'a/ice.csv': 'first', 'b/ice.csv': 'second one' });
    await chooseFiles(page, join(folder, 'a/ice.csv'));
    await button(page, 'Send 5 B').waitFor();
    await chooseFiles(page, join(folder, 'a/ice.csv'));
    await page.locator('.planned:not([aria-busy])').waitFor();
    t.equal(await said(page, 'You chose these twice').count(), 0, 'the same is the same');
    await chooseFiles(page, join(folder, 'b/ice.csv'));
    await said(page, 'You chose these twice').waitFor();
    t.equal(await page.getByRole('rowheader').count(), 1);
    await button(page, 'Send 10 B').click();
    await isDone(page);
    t.same(stored(mock, who.id), { 'ice.csv': md5('second one') });
    await page.close();
  });

  await t.test('two files of one name are chosen at once, in place of all others', async (t) => {
    const { page, who } = await visit(browser, service, { sync: true });
    await put(service.url, who.id, 'old.csv', Buffer.from('old'), { authorization: `Bearer ${who.token}` });
    const folder = await folderOf(t, { 'a/ice.csv': 'first', 'b/ice.csv': 'other' });
    await chooseFiles(page, join(folder, 'a/ice.csv'), join(folder, 'b/ice.csv'));
    await said(page, 'You chose these twice').waitFor();
    t.equal(await page.getByRole('rowheader').count(), 1);
    await said(page, 'Some files at Zenodo will be removed').waitFor();
    await said(page, /not among those that you chose: old\.csv/).waitFor();
    await look(t, page, 'removes');
    await button(page, 'Send 5 B').click();
    await isDone(page);
    t.same(stored(mock, who.id), { 'ice.csv': md5('other') });
    await page.close();
  });

  await t.test('what is dropped and cannot be read is named, and the rest stays', async (t) => {
    const { page } = await visit(browser, service);
    const files = { 'data/locked.csv': '1', 'data/locked/a.csv': '2', 'data/ice.csv': '3' };
    const folder = await folderOf(t, files);
    await title(page, 'Choose files').waitFor();
    await page.evaluate(LOCK);
    const named = async (...paths: string[]) => {
      await said(page, 'Some of what you chose cannot be read').waitFor();
      t.same((await page.locator('.planned .note li').allTextContents()).sort(), paths);
    };
    await drop(page, join(folder, 'data'));
    await page.getByRole('rowheader', { name: /^data\.zip made from a folder with 1 file/ }).waitFor();
    await named('data/locked.csv', 'data/locked/');
    await look(t, page, 'unread');
    await button(page, 'Start over').click();
    await drop(page, join(folder, 'data/locked.csv'));
    await named('locked.csv');
    await chooseFiles(page, join(folder, 'data/locked.csv'));
    await button(page, 'Send 1 B').waitFor();
    t.equal(await said(page, 'Some of what you chose cannot be read').count(), 0);
    await page.close();
  });

  await t.test('two tabs and two browsers send by one link, each its own', async (t) => {
    const { page, who, link } = await visit(browser, service);
    const bytes = [noise(3_000_000), noise(2_000_000), noise(1_000_000)];
    const names = ['first.bin', 'second.bin', 'third.bin'];
    const folder = await folderOf(t, Object.fromEntries(names.map((name, n) => [name, bytes[n] ?? ''])));
    const other = await openBrowser(t, { width: 390, height: 844 });
    const pages = [page];
    for (const [n, name] of names.entries()) {
      const tab = pages[n] ?? (await openTab(n === 1 ? browser : other, link.url)).page;
      pages[n] = tab;
      await title(tab, 'Choose files').waitFor();
      await chooseFiles(tab, join(folder, name));
      await button(tab, /^Send /).waitFor();
      if (n === 0) line.set(300_000);
      await isSending(tab);
    }
    line.set(null);
    for (const tab of pages) await isDone(tab);
    t.same(stored(mock, who.id), Object.fromEntries(names.map((name, n) => [name, md5(bytes[n] ?? '')])));
    for (const tab of pages) await tab.close();
  });

  await t.test('another link, and the application, bring files of the same name at once', async (t) => {
    const { page, who, complaints } = await visit(browser, service);
    const folder = await folderOf(t, { 'ice.csv': 'mine', 'big.bin': noise(8_000_000) });
    const files = [join(folder, 'ice.csv'), join(folder, 'big.bin')];
    await chooseFiles(page, ...files);
    line.set(100_000);
    await isSending(page);
    t.ok(await eventually(() => 'ice.csv' in stored(service.mock, who.id)));
    const authorization = `Bearer ${who.token}`;
    const theirs = holdForm(
      service.url,
      who.id,
      { 'notes.txt': 'n', 'ice.csv': 'theirs' },
      { authorization },
    );
    await said(page, 'Right now, files are coming to the same place from elsewhere').waitFor();
    const other = await openTab(browser, (await newLink(service.url, who)).url);
    await said(other.page, /2 files \(8\sMB\) are coming to the same place from elsewhere/).waitFor();
    await chooseFiles(other.page, ...files);
    await said(other.page, 'Another upload, not finished yet, has files of the same name: ').waitFor();
    await look(t, other.page, 'contested');
    await other.page.close();
    line.set(null);
    await isDone(page);
    theirs.go();
    t.match((await theirs.answer).body, { state: 'done', notices: [{ code: 'replaced_other' }] });
    await title(page, 'Not all of these files are at Zenodo').waitFor();
    await said(
      page,
      /A different file “ice.csv” was sent from elsewhere at the same time, and Zenodo has that one now/,
    ).waitFor();
    await said(page, 'replaced at Zenodo by a file from elsewhere').waitFor();
    await look(t, page, 'replaced');
    t.equal(stored(service.mock, who.id)['ice.csv'], md5('theirs'));
    t.same([...complaints, ...other.complaints], []);
    await page.close();
  });

  await t.test('what changes at Zenodo between the list and the sending is shown first', async (t) => {
    const { page, who } = await visit(browser, service);
    const folder = await folderOf(t, { 'ice.csv': 'mine' });
    await chooseFiles(page, join(folder, 'ice.csv'));
    await button(page, 'Send 4 B').waitFor();
    await put(service.url, who.id, 'ice.csv', Buffer.from('theirs'), {
      authorization: `Bearer ${who.token}`,
    });
    await button(page, 'Send 4 B').click();
    await said(page, 'Something has changed at Zenodo in the meantime').waitFor();
    await page.getByRole('rowheader', { name: 'ice.csv replaces the file there' }).waitFor();
    t.equal(stored(service.mock, who.id)['ice.csv'], md5('theirs'), 'nothing was sent');
    await button(page, 'Send 4 B').click();
    await isDone(page);
    t.equal(stored(service.mock, who.id)['ice.csv'], md5('mine'));
    await page.close();
  });

  await t.test('a file is changed while it is sent', async (t) => {
    const { page, who } = await visit(browser, service);
    const sizes = { 'log.bin': noise(2_000_000), 'notes.txt': 'ice', 'big.bin': noise(1_000_000) };
    const folder = await folderOf(t, sizes);
    const changed = noise(2_000_000);
    await chooseFiles(page, ...Object.keys(sizes).map((name) => join(folder, name)));
    line.set(300_000);
    await isSending(page);
    await button(page, 'Pause big.bin').click();
    await button(page, 'Continue with big.bin').waitFor();
    await writeFile(join(folder, 'log.bin'), changed);
    line.set(null);
    await said(page, 'Some files could not be sent').waitFor();
    t.notOk('big.bin' in stored(mock, who.id), 'one file is paused while the others go on');
    await page.route('**/tus/*', (route) => {
      const isChunk = route.request().method() === 'PATCH';
      return isChunk ? route.fulfill({ status: 403 }) : route.continue();
    });
    await button(page, 'Continue with big.bin').click();
    await button(page, 'Try big.bin again').waitFor();
    await page.unroute('**/tus/*');
    await button(page, 'Try big.bin again').click();
    await said(page, /was changed, moved or deleted on your device/).waitFor();
    t.notOk('log.bin' in stored(mock, who.id), 'nothing of it stands at Zenodo');
    await page.locator('.notice input[type=file]').setInputFiles(join(folder, 'log.bin'));
    await isDone(page);
    const expected = { 'log.bin': md5(changed), 'notes.txt': md5('ice'), 'big.bin': md5(sizes['big.bin']) };
    t.same(stored(mock, who.id), expected);
    await page.close();
  });

  await t.test('a file is deleted while it is sent; the others go without it', async (t) => {
    const { page, who } = await visit(browser, service);
    const folder = await folderOf(t, { 'log.bin': noise(2_000_000), 'notes.txt': 'ice' });
    await chooseFiles(page, join(folder, 'log.bin'), join(folder, 'notes.txt'));
    line.set(300_000);
    await isSending(page);
    await writeFile(join(folder, 'log.bin'), 'short');
    line.set(null);
    await button(page, 'Finish without them').click();
    await isDone(page);
    t.same(stored(mock, who.id), { 'notes.txt': md5('ice') });
    await page.close();
  });

  await t.test('files of one name in two folders are changed, and each is replaced by its own', async (t) => {
    const { page, who } = await visit(browser, service, { folders: 'never' });
    const sizes = { 'run1/data.bin': noise(2_000_000), 'run2/data.bin': noise(2_000_000) };
    const folder = await folderOf(t, { ...sizes, 'other.bin': 'other' });
    const changed = [noise(2_000_000), noise(2_000_000)] as const;
    await drop(page, join(folder, 'run1'), join(folder, 'run2'));
    await button(page, /^Send /).waitFor();
    line.set(300_000);
    await isSending(page);
    await writeFile(join(folder, 'run1/data.bin'), changed[0]);
    await writeFile(join(folder, 'run2/data.bin'), changed[1]);
    line.set(null);
    const failing = said(page, /was changed, moved or deleted/);
    const again = page.locator('.notice input[type=file]');
    const areFailing = (count: number) => eventually(async () => (await failing.count()) === count);
    t.ok(await areFailing(2));
    await again.first().setInputFiles(join(folder, 'run1/data.bin'));
    await said(page, /^Not used, .* have that name: data\.bin\./).waitFor();
    await look(t, page, 'which-of-them');
    await again.nth(1).setInputFiles(join(folder, 'run1'));
    t.ok(await areFailing(1));
    await again.first().setInputFiles([join(folder, 'run2/data.bin'), join(folder, 'other.bin')]);
    await isDone(page);
    const expected = { 'run1_data.bin': md5(changed[0]), 'run2_data.bin': md5(changed[1]) };
    t.same(stored(mock, who.id), expected);
    await page.close();
  });

  await t.test('a file is left out once the service has removed it, and nothing goes before', async (t) => {
    const { page, who } = await visit(browser, service);
    const folder = await folderOf(t, { 'log.bin': noise(2_000_000), 'notes.txt': 'ice' });
    await chooseFiles(page, join(folder, 'log.bin'), join(folder, 'notes.txt'));
    line.set(300_000);
    await isSending(page);
    await writeFile(join(folder, 'log.bin'), 'short');
    line.set(null);
    const happened: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/complete')) happened.push('complete');
    });
    await page.route('**/tus/*', async (route) => {
      if (route.request().method() !== 'DELETE') return route.continue();
      // The page looks whether all is there whenever something happens.
      await page.evaluate('void window.dispatchEvent(new Event("offline"))');
      happened.push('remove');
      return happened.length === 1 ? route.fulfill({ status: 403 }) : route.continue();
    });
    await button(page, 'Finish without them').click();
    await said(page, /^What our server already has of these could not be removed: log\.bin\./).waitFor();
    await button(page, 'Finish without them').click();
    await isDone(page);
    t.same(happened, ['remove', 'remove', 'complete']);
    t.same(stored(mock, who.id), { 'notes.txt': md5('ice') });
    await page.close();
  });

  await t.test('all of it with the keyboard alone', async (t) => {
    const { page, who } = await visit(browser, service);
    const folder = await folderOf(t, { 'big.bin': noise(1_500_000), 'ice.csv': 'ice' });
    page.on('filechooser', (one) => void one.setFiles([join(folder, 'big.bin'), join(folder, 'ice.csv')]));
    await title(page, 'Choose files').waitFor();
    const focus = () => page.evaluate<Focus | null>(FOCUS);
    const press = async (key: string, name: string) => {
      await page.keyboard.press(key);
      t.match(await focus(), { name, seen: true }, `${key} leads to ${name}`);
    };
    const heading = async (name: string) => {
      await title(page, name).waitFor();
      t.match(await focus(), { name, heading: true }, 'the keyboard goes on at the new title');
    };
    await heading('Choose files');
    await press('Tab', 'Choose files');
    await page.keyboard.press('Enter');
    await button(page, /^Send 1.5/).waitFor();
    await press('Tab', 'Choose a folder');
    await press('Tab', 'Leave out big.bin');
    await press('Tab', 'Leave out ice.csv');
    await page.keyboard.press('Enter');
    await page.getByRole('rowheader', { name: 'ice.csv' }).waitFor({ state: 'detached' });
    t.match(await focus(), { name: 'Leave out big.bin', seen: true }, 'it goes on at the next row');
    await press('Tab', 'Start over');
    await page.keyboard.press('Tab');
    t.match(await focus(), { name: /^Send 1.5/, seen: true });
    line.set(100_000);
    await page.keyboard.press('Enter');
    await heading('Your files are on their way');
    await press('Tab', 'Cancel');
    await page.keyboard.press('Enter');
    t.match(await focus(), { name: 'No, continue', asked: true, seen: true });
    for (let n = 0; n < 5; n += 1) {
      await page.keyboard.press('Tab');
      t.not((await focus())?.asked, false, 'the question keeps the keyboard');
    }
    await page.keyboard.press('Escape');
    t.match(await focus(), { name: 'Cancel' }, 'and gives it back');
    await press('Tab', 'Pause');
    await page.keyboard.press('Enter');
    await title(page, 'Paused').waitFor();
    t.match(await focus(), { name: 'Continue', seen: true });
    line.set(null);
    await page.keyboard.press('Enter');
    await heading('Your files are at Zenodo');
    await press('Tab', 'Send more files');
    await press('Tab', 'Back to Field Station Data');
    await page.route('http://127.0.0.1:8000/**', (route) => route.fulfill({ body: 'back' }));
    await page.keyboard.press('Enter');
    await page.waitForURL(/127\.0\.0\.1:8000.*state=done/);
    t.same(Object.keys(stored(mock, who.id)), ['big.bin']);
    await page.close();
  });

  await t.test('a new link goes on with what an older one left unfinished', async (t) => {
    const { page, who } = await visit(browser, service);
    const bytes = noise(2_000_000);
    const folder = await folderOf(t, { 'big.bin': bytes });
    await chooseFiles(page, join(folder, 'big.bin'));
    line.set(100_000);
    await isSending(page);
    await page.close();
    line.set(null);
    const { database } = service.app;
    const upload = { depositionId: BigInt(who.id) };
    const next = await newLink(service.url, who);
    const other = await openBrowser(t, { width: 390, height: 844 });
    const elsewhere = (await openTab(other, next.url)).page;
    const isSaid = async () => {
      // The service may notice the end of the last request only now.
      await database.tusFile.updateMany({ where: { upload }, data: { activeAt: new Date(0) } });
      await elsewhere.reload();
      await title(elsewhere, 'Choose files').waitFor();
      return (await said(elsewhere, 'An earlier upload is not complete').count()) > 0;
    };
    t.ok(await eventually(isSaid));
    await said(elsewhere, /^1 file, 2\sMB \(big\.bin\)/).waitFor();
    await look(t, elsewhere, 'earlier-upload');
    // As if its bytes were still coming: it is continued once they have stopped.
    const coming = {
      leaseBy: crypto.randomUUID(),
      leaseUntil: new Date(Date.now() + 600_000),
      activeAt: new Date(),
    };
    await database.tusFile.updateMany({ where: { upload }, data: coming });
    const { page: here } = await openTab(browser, next.url);
    await said(here, /coming to the same place from elsewhere/).waitFor();
    await title(here, 'Choose files').waitFor();
    const stopped = { leaseBy: null, leaseUntil: null, activeAt: new Date(0) };
    await database.tusFile.updateMany({ where: { upload }, data: stopped });
    await title(here, 'Welcome back').waitFor();
    await chooseFiles(here, join(folder, 'big.bin'));
    await button(here, /^Send /).click();
    await isDone(here);
    t.same(stored(mock, who.id), { 'big.bin': md5(bytes) });
    await elsewhere.close();
    await here.close();
  });

  await t.test('what was begun and is not chosen again is named, and left out or thrown away', async (t) => {
    const { page, who } = await visit(browser, service);
    const folder = await folderOf(t, { 'big.bin': noise(2_000_000), 'other.txt': 'other', 'third.txt': '3' });
    const leave = async (name: string) => {
      await chooseFiles(page, join(folder, name));
      line.set(100_000);
      await isSending(page);
      page.once('dialog', (dialog) => void dialog.accept());
      await page.reload();
      line.set(null);
      await title(page, 'Welcome back').waitFor();
      await said(page, name).waitFor();
    };
    await leave('big.bin');
    await chooseFiles(page, join(folder, 'other.txt'));
    await said(page, 'You began to send these, but have not chosen them again').waitFor();
    t.ok(await button(page, /^Send /).isDisabled());
    await look(t, page, 'not-chosen-again');
    await page.route('**/tus/*', (route) => route.fulfill({ status: 403 }));
    await button(page, 'Leave these out').click();
    await said(page, /^What our server already has of these could not be removed: big\.bin\./).waitFor();
    t.ok(await button(page, /^Send /).isDisabled(), 'it is not forgotten');
    await page.unroute('**/tus/*');
    await button(page, 'Leave these out').click();
    await page.locator('button.primary:enabled', { hasText: /^Send / }).click();
    await isDone(page);
    t.same(Object.keys(stored(mock, who.id)), ['other.txt']);
    const reads: string[] = [];
    page.on('request', (request) => request.url().endsWith('/upload-link') && reads.push(request.url()));
    await button(page, 'Send more files').evaluate((more: { click(): void }) => {
      more.click();
      more.click();
    });
    await title(page, 'Choose files').waitFor();
    t.equal(reads.length, 1, 'pressed twice is once');
    await leave('big.bin');
    const begun = { depositionId: BigInt(who.id), state: 'receiving' } as const;
    const { id } = await service.app.database.upload.findFirstOrThrow({ where: begun });
    await call(`${service.url}/uploads/${id}`, { method: 'DELETE', token: who.token });
    await page.reload();
    await title(page, 'Cancelled').waitFor();
    await said(page, 'This was cancelled from somewhere else').waitFor();
    await button(page, 'Choose files again').click();
    await title(page, 'Choose files').waitFor();
    await leave('big.bin');
    await button(page, 'Discard it now').click();
    const asked = page.getByRole('dialog', { name: 'Discard this upload?' });
    await asked.waitFor();
    await look(t, page, 'discard-asked');
    await button(page, 'No, keep it').click();
    t.equal(await asked.count(), 0);
    await button(page, 'Discard it now').click();
    await page.waitForTimeout(400);
    await browser.setOffline(true);
    await button(page, 'Yes, discard').click();
    await title(page, 'Cancelling …').waitFor();
    await browser.setOffline(false);
    await title(page, 'Choose files').waitFor();
    await chooseFiles(page, join(folder, 'third.txt'));
    await button(page, /^Send /).click();
    await isDone(page);
    t.same(Object.keys(stored(mock, who.id)).sort(), ['other.txt', 'third.txt']);
    await page.close();
  });

  await t.test('the link is revoked while the page sends', async (t) => {
    const { page, who, link } = await visit(browser, service);
    const folder = await folderOf(t, { 'big.bin': noise(2_000_000) });
    await chooseFiles(page, join(folder, 'big.bin'));
    line.set(100_000);
    await isSending(page);
    const path = `${service.url}/depositions/${who.id}/upload-links/${link.id}`;
    await page.route('**/upload-link', async (route) => {
      t.equal(await page.locator('.card progress').count(), 0, 'no bar that stands still');
      await route.continue();
    });
    t.equal((await call(path, { method: 'DELETE', token: who.token })).status, 204);
    await title(page, 'This link has ended').waitFor();
    await page.unroute('**/upload-link');
    await page.getByRole('link', { name: 'Back to Field Station Data' }).waitFor();
    line.set(null);
    t.same(stored(mock, who.id), {});
    await page.close();
  });

  await t.test('the draft is deleted while the page sends', async (t) => {
    const { page, who } = await visit(browser, service);
    const folder = await folderOf(t, { 'big.bin': noise(2_000_000) });
    await chooseFiles(page, join(folder, 'big.bin'));
    line.set(100_000);
    await isSending(page);
    const deleted = await call(`${service.url}/depositions/${who.id}`, {
      method: 'DELETE',
      token: who.token,
    });
    t.equal(deleted.status, 204);
    await said(page, /cancelled from somewhere else|entry at Zenodo was deleted/).waitFor();
    line.set(null);
    await page.reload();
    await title(page, 'This link has ended').waitFor();
    await said(page, 'The entry at Zenodo was deleted.').waitFor();
    await page.close();
  });

  await t.test('the draft is published at Zenodo’s own page while the page sends', async (t) => {
    const { page, who } = await visit(browser, service);
    const authorization = `Bearer ${mock.state().tokens.find(({ kind }) => kind === 'oauth')?.accessToken}`;
    const headers = { authorization, 'content-type': 'application/json' };
    await put(service.url, who.id, 'first.txt', Buffer.from('1'), { authorization: `Bearer ${who.token}` });
    const folder = await folderOf(t, { 'big.bin': noise(8_000_000) });
    await chooseFiles(page, join(folder, 'big.bin'));
    line.set(100_000);
    await isSending(page);
    const draft = `${mock.url}/api/deposit/depositions/${who.id}`;
    const about = { title: 'Ice', upload_type: 'dataset', description: 'Ice', creators: [{ name: 'A, B' }] };
    await fetch(draft, { method: 'PUT', headers, body: JSON.stringify({ metadata: about }) });
    t.equal((await fetch(`${draft}/actions/publish`, { method: 'POST', headers })).status, 202);
    line.set(null);
    await said(page, /published/)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'Back to Field Station Data' }).waitFor();
    t.same(Object.keys(stored(mock, who.id)), ['first.txt'], 'what was published is as it was');
    await page.locator('.note.bad').waitFor();
    t.equal(await said(page, 'You can send your files again').count(), 0);
    t.equal(await button(page, 'Send more files').count(), 0, 'it takes no more');
    await page.reload();
    await title(page, 'This link has ended').waitFor();
    await said(page, 'The entry is published, so it takes no more files.').waitFor();
    await page.close();
  });

  await t.test('an answer that does not come is told after ten seconds, and nothing is lost', async (t) => {
    const { page, who } = await visit(browser, service);
    const bytes = noise(3_000_000);
    const folder = await folderOf(t, { 'big.bin': bytes });
    await title(page, 'Choose files').waitFor();
    // The ten seconds need not be waited for.
    await page.clock.install();
    await page.route('**/upload-link/plan', () => undefined, { times: 1 });
    const plan = page.waitForRequest('**/upload-link/plan');
    await chooseFiles(page, join(folder, 'big.bin'));
    await plan;
    await page.clock.fastForward(10_500);
    await said(page, 'This is taking longer than usual').waitFor();
    await look(t, page, 'late');
    await chooseFiles(page, join(folder, 'big.bin'));
    await button(page, /^Send /).waitFor();
    line.set(100_000);
    await isSending(page);
    line.set(0);
    const isTold = async () => {
      await page.clock.fastForward(10_500);
      return (await said(page, 'No answer for 10 seconds, trying again').count()) > 0;
    };
    t.ok(await eventually(isTold));
    await look(t, page, 'no-answer');
    line.set(null);
    await isDone(page);
    t.same(stored(mock, who.id), { 'big.bin': md5(bytes) });
    await page.close();
  });

  await t.test('a gateway answers with a page of its own', async (t) => {
    const { page, complaints } = await visit(browser, service);
    await title(page, 'Choose files').waitFor();
    await page.route('**/upload-link', (route) => route.fulfill({ body: '<h1>Log in</h1>' }));
    await page.reload();
    await said(page, 'The connection is interrupted').waitFor();
    await page.unroute('**/upload-link');
    await title(page, 'Choose files').waitFor();
    t.same(complaints, []);
    await page.close();
  });

  await t.test('another link is opened in the same tab, which asks first while it sends', async (t) => {
    const { page, who, link } = await visit(browser, service);
    const next = await newLink(service.url, who, { application_name: 'Ice Cores' });
    const open = (url: string) =>
      page.evaluate(`void setTimeout(() => { location.hash = '${new URL(url).hash}'; })`);
    await title(page, 'Choose files').waitFor();
    await open(next.url);
    await page.getByRole('heading', { name: 'Send your files to Zenodo for Ice Cores', level: 1 }).waitFor();
    t.equal(new URL(page.url()).hash, '');
    const folder = await folderOf(t, { 'big.bin': noise(2_000_000) });
    await chooseFiles(page, join(folder, 'big.bin'));
    line.set(100_000);
    await isSending(page);
    const asked = await page.evaluate(`(() => {
      const event = document.createEvent('BeforeUnloadEvent');
      event.initEvent('beforeunload', false, true);
      dispatchEvent(event);
      return event.returnValue;
    })()`);
    t.equal(asked, 'true', 'also in older browsers');
    const dialog = page.waitForEvent('dialog');
    await open(link.url);
    await (await dialog).dismiss();
    line.set(null);
    await isDone(page);
    t.same(Object.keys(stored(mock, who.id)), ['big.bin']);
    await page.close();
  });

  await t.test('the service has no room for the bytes for a while', async (t) => {
    const { page, who } = await visit(browser, service);
    const full = await startService(t, { env: { ...service.env, STAGING_MIN_FREE: '1e15' } });
    const folder = await folderOf(t, { 'ice.csv': 'ice', 'big.bin': noise(2_000_000) });
    await chooseFiles(page, join(folder, 'ice.csv'), join(folder, 'big.bin'));
    await button(page, /^Send 2/).waitFor();
    // The wait of a minute that it asks for is cut short.
    await page.route('**/tus', async (route) => {
      const response = await route.fetch();
      const headers = response.headers();
      await route.fulfill({
        response,
        headers: headers['retry-after'] ? { ...headers, 'retry-after': '15' } : headers,
      });
    });
    line.leadTo(full.url);
    await button(page, /^Send 2/).click();
    await said(page, 'A short wait').waitFor();
    await said(page, /^There is no room for more files.*Attempt \d+ begins in \d+ second/).waitFor();
    await look(t, page, 'no-room');
    t.same(stored(mock, who.id), {});
    line.leadTo(service.url);
    await isDone(page);
    t.same(Object.keys(stored(mock, who.id)).sort(), ['big.bin', 'ice.csv']);
    await page.close();
  });

  await t.test('the service is started again while the page sends', async (t) => {
    const { page, who } = await visit(browser, service);
    const bytes = noise(3_000_000);
    const folder = await folderOf(t, { 'big.bin': bytes });
    await chooseFiles(page, join(folder, 'big.bin'));
    line.set(300_000);
    await isSending(page);
    await service.app.close();
    await said(page, 'The connection is interrupted').waitFor();
    const next = await startService(t, { env: service.env });
    let heads = 0;
    let begun = 0;
    await page.route('**/tus/*', (route) => {
      if (route.request().method() !== 'HEAD') return route.continue();
      heads += 1;
      if (heads === 1) return route.fulfill({ status: 502, body: 'a proxy that is not ready' });
      return heads === 2
        ? route.fulfill({ status: 423, headers: { 'retry-after': '2' }, body: '' })
        : route.continue();
    });
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/tus')) begun += 1;
    });
    line.leadTo(next.url);
    line.set(null);
    await said(page, /^Our server is being restarted/).waitFor();
    await said(page, /^This file is still being sent over an earlier connection/).waitFor();
    await isDone(page);
    t.ok(heads > 2, 'it asks again how far the file is');
    t.equal(begun, 0, 'the file goes on where it was');
    t.same(stored(mock, who.id), { 'big.bin': md5(bytes) });
    await page.close();
  });
});
