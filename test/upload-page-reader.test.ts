import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { openBrowser } from './browser.js';
import { lackOfChromium } from './debian.js';
import { startService } from './service.js';
import { startSlowLine } from './slow-line.js';
import { button, chooseFiles, folderOf, said, title, visit } from './upload-page.js';
import { eventually, md5, noise, stored } from './uploads.js';

/** Writes down what the page has screen readers say, in the order in which it does. */
const LISTEN = `(() => {
  window.heard = [];
  const listen = () => {
    const live = document.querySelector('[role=status]');
    if (live === null) return;
    const { textContent: text } = live;
    if (text !== window.last && text !== '') window.heard.push(text);
    window.last = text;
  };
  new MutationObserver(listen).observe(document, { subtree: true, childList: true, characterData: true });
})()`;

/** What was heard since the last time, but for what is said of a slow machine. */
async function heard(page: Page): Promise<string[]> {
  const all = await page.evaluate<string[]>('window.heard.splice(0)');
  return all
    .filter((text) => !/^(This is taking longer than usual|Looking through your files)/.test(text))
    .map((text) => text.replaceAll('\u00a0', ' '));
}

/** The element that has the keyboard: its tag and its name. */
const focus = (page: Page) =>
  page.evaluate<string>(`(() => {
    const one = document.activeElement;
    return one.tagName + ' ' + (one.getAttribute('aria-label') ?? one.textContent);
  })()`);

/** What Chromium tells assistive technology: the role and the name of all that matters. */
async function accessible(page: Page): Promise<{ role: string; name: string; value?: unknown }[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, value }) => ({
      role: String(role?.value),
      name: String(name?.value ?? ''),
      ...(value === undefined ? {} : { value: value.value }),
    }));
}

/** Whatever can be used has a name, and no two have the same. */
async function judgeNames(t: Test, page: Page): Promise<void> {
  const tree = await accessible(page);
  const names = tree
    .filter(({ role }) => /^(button|link|progressbar|table|region|dialog|textbox)$/.test(role))
    .map(({ role, name }) => `${role} ${name}`);
  t.same(
    names.filter((name) => name.endsWith(' ')),
    [],
    'all have names',
  );
  t.same(names, [...new Set(names)], 'no two have the same');
}

t.test('what a screen reader says of the upload page', { skip: await lackOfChromium() }, async (t) => {
  const line = await startSlowLine(t);
  const service = await startService(t, { env: { PUBLIC_URL: line.url } });
  line.leadTo(service.url);
  const { mock } = service;
  const browser = await openBrowser(t, { width: 1280, height: 900 });
  await browser.addInitScript(LISTEN);

  await t.test('of choosing, of the start, of each quarter, and of the end', async (t) => {
    const { page, who } = await visit(browser, service);
    const folder = await folderOf(t, { 'big.bin': noise(2_000_000), 'ice.csv': 'ice', 'empty.txt': '' });
    await title(page, 'Choose files').waitFor();
    t.equal(await focus(page), 'H2 Choose files');
    const tree = await accessible(page);
    t.ok(tree.some(({ role }) => role === 'main'));
    for (const [role, name] of [
      ['heading', 'Send your files to Zenodo for Field Station Data'],
      ['heading', 'Choose files'],
      ['button', 'Choose a folder'],
      ['link', 'Back to Field Station Data'],
    ] as const) {
      t.ok(
        tree.some((one) => one.role === role && one.name === name),
        `${role} ${name}`,
      );
    }
    await judgeNames(t, page);
    t.same(await heard(page), []);

    await chooseFiles(page, join(folder, 'big.bin'), join(folder, 'ice.csv'));
    await button(page, /^Send 2/).waitFor();
    t.same(await heard(page), ['2 files, 2 MB'], 'what was chosen');
    await chooseFiles(page, join(folder, 'empty.txt'));
    await said(page, 'This cannot be sent').waitFor();
    t.same(await heard(page), ['This cannot be sent. 2 files, 2 MB'], 'what stands against it');
    await judgeNames(t, page);
    await button(page, 'Leave these out').focus();
    await page.keyboard.press('Enter');
    await said(page, 'This cannot be sent').waitFor({ state: 'detached' });
    t.same(await heard(page), ['2 files, 2 MB']);
    t.equal(await focus(page), 'H2 Choose files', 'the note is gone, and the keyboard at the title');

    line.set(400_000);
    await button(page, /^Send 2/).click();
    await title(page, 'Your files are on their way').waitFor();
    t.equal(await focus(page), 'H2 Your files are on their way');
    const bars = (await accessible(page)).filter(({ role }) => role === 'progressbar');
    t.match(bars, [
      { name: 'From you to our server' },
      { name: 'From our server to Zenodo' },
      { name: 'From you to our server: big.bin' },
      { name: 'From our server to Zenodo: big.bin' },
      { name: 'From you to our server: ice.csv' },
      { name: 'From our server to Zenodo: ice.csv' },
    ]);
    await judgeNames(t, page);
    await title(page, 'Your files are at Zenodo').waitFor();
    t.equal(await focus(page), 'H2 Your files are at Zenodo');
    const quarters = await heard(page);
    t.ok(quarters.length > 0 && quarters.length <= 8, `no more than each quarter: ${quarters.join(', ')}`);
    t.same(quarters, [...new Set(quarters)], 'each once');
    for (const text of quarters) t.match(text, /^(25|50|75|100) percent (have arrived|are at Zenodo)$/);
    await judgeNames(t, page);
    t.same(Object.keys(stored(mock, who.id)).sort(), ['big.bin', 'ice.csv']);
    await page.close();
  });

  await t.test('of a lost line once, however long it counts down', async (t) => {
    const { page } = await visit(browser, service);
    const folder = await folderOf(t, { 'big.bin': noise(2_000_000) });
    await chooseFiles(page, join(folder, 'big.bin'));
    line.set(100_000);
    await button(page, /^Send 2/).click();
    await said(page, /per second/).waitFor();
    await heard(page);
    await browser.setOffline(true);
    await said(page, /^Nothing is lost.*Attempt \d+ begins in [1-9]/).waitFor();
    const first = await said(page, /^Nothing is lost/).textContent();
    t.ok(await eventually(async () => (await said(page, /^Nothing is lost/).textContent()) !== first));
    const told = await heard(page);
    t.equal(
      told.filter((text) => text.startsWith('The connection is interrupted. Nothing is lost')).length,
      1,
    );
    t.equal(told.length, 1, told.join(', '));
    await browser.setOffline(false);
    line.set(null);
    await title(page, 'Your files are at Zenodo').waitFor();
    await page.close();
  });

  await t.test('of files that failed; the keyboard is not lost with what goes away', async (t) => {
    const { page, who } = await visit(browser, service);
    const folder = await folderOf(t, {
      'log.bin': noise(1_500_000),
      'big.bin': noise(2_000_000),
      'more.bin': noise(1_000_000),
    });
    const paths = ['log.bin', 'big.bin', 'more.bin'].map((name) => join(folder, name));
    await chooseFiles(page, ...paths);
    line.set(200_000);
    await button(page, /^Send 4/).click();
    await said(page, /per second/).waitFor();
    await heard(page);
    await button(page, 'Pause more.bin').focus();
    await writeFile(join(folder, 'log.bin'), 'another');
    line.set(2_000_000);
    await button(page, 'Pause more.bin').waitFor({ state: 'detached' });
    t.equal(await focus(page), 'H2 Your files are on their way', 'a row without a button any more');
    await button(page, 'Finish without them').waitFor();
    const told = (await heard(page)).filter((text) => !text.includes('percent'));
    t.same(told, [
      'Some files could not be sent: log.bin. You can fix this, or leave them out and finish with the others.',
    ]);
    await judgeNames(t, page);
    await button(page, 'Finish without them').focus();
    await page.keyboard.press('Enter');
    await said(page, 'Some files could not be sent').waitFor({ state: 'detached' });
    t.match(await focus(page), /^H2 /, 'the notice is gone, and the keyboard at the title');
    await title(page, 'Your files are at Zenodo').waitFor();
    t.same(Object.keys(stored(mock, who.id)).sort(), ['big.bin', 'more.bin']);
    await page.close();
  });

  await t.test('of a service that does not answer while a list is asked for', async (t) => {
    const { page, who } = await visit(browser, service);
    const folder = await folderOf(t, { 'ice.csv': 'ice' });
    await title(page, 'Choose files').waitFor();
    const away = (one: { abort(): Promise<void> }) => one.abort();
    await page.route('**/upload-link/plan', away);
    await chooseFiles(page, join(folder, 'ice.csv'));
    await said(page, 'The connection is interrupted').waitFor();
    t.match(await heard(page), [/^The connection is interrupted\. Nothing is lost\./]);
    await page.unroute('**/upload-link/plan', away);
    await button(page, 'Send 3 B').waitFor();
    t.same(await heard(page), ['1 file, 3 B']);
    await button(page, 'Send 3 B').click();
    await title(page, 'Your files are at Zenodo').waitFor();
    t.same(stored(mock, who.id), { 'ice.csv': md5('ice') });
    await page.close();
  });
});
