import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { request } from 'undici';
import { pause } from '../src/time.js';
import { blocksOf } from './blocks.js';
import { openBrowser } from './browser.js';
import { lackOfChromium } from './debian.js';
import { startService } from './service.js';
import { startSlowLine } from './slow-line.js';
import { askForLink, connect, newLink } from './upload-links.js';
import { button, chooseFiles, chooseFolder, folderOf, look, said, title, visit } from './upload-page.js';
import { eventually, md5, noise, stored } from './uploads.js';

/** Long enough to be looked at. */
const PATIENCE = { firstWait: 6000, longestWait: 6000, starve: 2000, trust: 1000 };
/** Makes a tab one of a browser that has begun nothing. */
const FORGETFUL = `(() => {
  const { getItem } = Storage.prototype;
  const isOlder = (key) => key.startsWith('zenodo-upload:') && key !== 'zenodo-upload:test';
  Storage.prototype.getItem = function (key) { return this === localStorage && isOlder(key) ? null : getItem.call(this, key); };
  const { removeItem } = Storage.prototype;
  Storage.prototype.removeItem = function (key) { if (!isOlder(key)) removeItem.call(this, key); };
})()`;
/** Counts what the page keeps in the browser from here on, in characters. */
const KEPT = `(() => {
  const { setItem } = Storage.prototype;
  window.kept = 0;
  Storage.prototype.setItem = function (key, value) {
    window.kept += value.length;
    setItem.call(this, key, value);
  };
})()`;
/** What the page asks of its upload. */
const UPLOAD_READ = /\/uploads\/[^/]+\?parts=first$/;
const PUT = { method: 'PUT', path: '/api/files/:bucket/:key' };

t.test('the page is ours alone, small, and says what to do without JavaScript', async (t) => {
  const { url } = await startService(t, { env: { API_KEYS: 'k'.repeat(40) } });
  const answer = await fetch(`${url}/upload`, { headers: { 'accept-language': 'de' } });
  t.equal(answer.status, 200, 'browsers have no service key');
  t.match(
    answer.headers.get('content-security-policy'),
    /default-src 'none'; script-src 'self'; style-src 'self'/,
  );
  t.equal(answer.headers.get('referrer-policy'), 'no-referrer');
  const shell = await answer.text();
  t.match(shell, /<html lang="de">/);
  t.match(shell, /<noscript><section.*In Ihrem Browser ist JavaScript ausgeschaltet/s);
  t.notMatch(shell, /(src|href)="(https?:)?\/\//, 'no third party');
  const script = await fetch(`${url}/upload/page.js`);
  const text = await script.text();
  t.match(text, /tus-resumable/i);
  // undici's request leaves the bytes as they came.
  const asked = { headers: { 'accept-encoding': 'gzip, deflate, br' } };
  const onWire = Buffer.from(await (await request(`${url}/upload/page.js`, asked)).body.arrayBuffer());
  t.ok(onWire.length < 60_000, `${onWire.length} bytes of script over the wire`);
  t.equal(gunzipSync(onWire).toString(), text);
  const plain = await request(`${url}/upload/page.js`, { headers: { 'accept-encoding': 'gzip;q=0' } });
  t.equal(await plain.body.text(), text);
  const etag = script.headers.get('etag') ?? '';
  t.equal((await fetch(`${url}/upload/page.js`, { headers: { 'if-none-match': etag } })).status, 304);
});

t.test('a link is asked for as docs/upload-page.md says', async (t) => {
  const { url } = await startService(t);
  const who = await connect(url, 'documented');
  for (const { text } of blocksOf('docs/upload-page.md', 'json')) {
    const { status, body } = await askForLink(url, who, JSON.parse(text) as object);
    t.match({ status, body }, { status: 201, body: { url: /\/upload#/, locale: 'de' } });
  }
});

t.test(
  'a browser without JavaScript brings files by a plain form',
  { skip: await lackOfChromium() },
  async (t) => {
    const { url, mock, app } = await startService(t);
    const browser = await openBrowser(t, { width: 1280, height: 900 });
    const who = await connect(url, 'plain');
    const link = await newLink(url, who, { application_name: 'Field <b>Station', folders: 'never' });
    const page = await browser.newPage();
    const devtools = await page.context().newCDPSession(page);
    const runScripts = (allowed: boolean) =>
      devtools.send('Emulation.setScriptExecutionDisabled', { value: !allowed });
    // Of a browser that runs no script nothing can be asked: an answer stays when it may again.
    const lookAtAnswer = async (name: string) => {
      await runScripts(true);
      await look(t, page, name);
      await runScripts(false);
    };
    await runScripts(false);
    await page.goto(link.url);
    const folder = await folderOf(t, { 'ice.csv': 'ice', 'depth.csv': 'depth' });
    await page.getByLabel('Address of this page').fill(page.url());
    await page.getByLabel('Your files').setInputFiles([join(folder, 'ice.csv'), join(folder, 'depth.csv')]);
    await page.getByRole('button', { name: 'Send to Zenodo' }).click();
    await title(page, 'Your files are at Zenodo').waitFor();
    t.equal(page.url(), `${url}/upload`, 'no secret in the address');
    t.equal(await page.title(), 'Your files are at Zenodo · Send your files to Zenodo');
    await said(page, `md5 ${md5('depth')}`).waitFor();
    await lookAtAnswer('plain-done');
    t.notMatch(await page.content(), link.secret);
    t.same(stored(mock, who.id), { 'ice.csv': md5('ice'), 'depth.csv': md5('depth') });
    const back = page.getByRole('link', { name: 'Back to Field <b>Station' });
    t.match(await back.getAttribute('href'), /\?upload_link_id=.*&upload_id=.*&state=done$/);
    await page.goBack();
    await page.getByLabel('Address of this page').fill('https://example.org/upload');
    await page.getByLabel('Your files').setInputFiles([join(folder, 'ice.csv')]);
    await page.getByRole('button', { name: 'Send to Zenodo' }).click();
    await title(page, 'This link is not complete').waitFor();
    await said(page, 'The address that you pasted is not complete.').waitFor();
    await lookAtAnswer('plain-wrong-address');
    await page.close();
    const form = await browser.newPage();
    await form.route(`${url}/upload`, async (route) => {
      const shell = await (await route.fetch()).text();
      const body = shell.replace(/<script.*<\/script>/, '').replace(/<\/?noscript>/g, '');
      await route.fulfill({ body, contentType: 'text/html' });
    });
    await form.goto(`${url}/upload`);
    await title(form, 'Choose files').waitFor();
    t.notOk(await form.getByText('One moment …').isVisible(), 'nothing is waited for');
    await look(t, form, 'plain-form');
    await form.close();

    const send = async (...fields: [name: string, value: string | Blob][]) => {
      const form = new FormData();
      for (const [name, value] of fields) form.append(name, value);
      const answer = await fetch(`${url}/upload`, { method: 'POST', body: form });
      return { status: answer.status, text: await answer.text() };
    };
    const file = new File(['x'], 'late.csv');
    t.match(await send(['files', file], ['link', link.url]), { status: 401 }, 'the secret comes first');
    t.match(await send(['link', link.url]), { status: 400, text: /<h2>This did not work/ });
    const unknown = link.url.replace(/.{9}$/, 'otherwise');
    t.match(await send(['link', unknown], ['files', file]), { status: 401, text: /is not known here\./ });
    const noForm = await fetch(`${url}/upload`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': 'de' },
      body: '{',
    });
    t.match([noForm.status, noForm.headers.get('content-type')], [400, /^text\/html/], 'always a page');
    t.equal(noForm.headers.get('referrer-policy'), 'no-referrer');
    t.match(await noForm.text(), /<html lang="de">.*<h2>Das hat nicht geklappt/s);
    const before = await app.database.upload.count();
    await send(['link', link.url], ['sync', 'true'], ['files', file]);
    t.same(
      Object.keys(stored(mock, who.id)).sort(),
      ['depth.csv', 'ice.csv', 'late.csv'],
      'no wish beyond the link',
    );
    t.equal(await app.database.upload.count(), before + 1);
    await app.uploadLinks.end(link.id, 'revoked');
    t.match(await send(['link', link.secret], ['files', file]), { status: 410, text: /This link has ended/ });
    const german = await newLink(url, who, { locale: 'de' });
    t.match(await send(['link', german.secret], ['files', new File([''], 'leer.csv')]), {
      status: 400,
      text: /<html lang="de">.*leer\.csv.*Diese Datei ist leer/s,
    });
  },
);

t.test('the upload page in a browser', { skip: await lackOfChromium() }, async (t) => {
  const line = await startSlowLine(t);
  const service = await startService(t, {
    dependencies: { transferTimings: PATIENCE },
    env: { PUBLIC_URL: line.url },
  });
  line.leadTo(service.url);
  const { mock } = service;
  const browser = await openBrowser(t, { width: 1280, height: 900 });

  await t.test('one file, from choosing to the way back', async (t) => {
    const { page, who, complaints } = await visit(browser, service);
    await title(page, 'Choose files').waitFor();
    t.notMatch(page.url(), /#/, 'the secret stands in no address');
    await said(page, 'There is room for 100 files and 50\u00a0GB in all.').waitFor();
    await look(t, page, 'nothing-chosen');
    const bytes = noise(300_000);
    const folder = await folderOf(t, { 'Ice thickness 2024.csv': bytes });
    await chooseFiles(page, join(folder, 'Ice thickness 2024.csv'));
    await page.getByRole('rowheader', { name: /Ice thickness 2024/ }).waitFor();
    await look(t, page, 'one-file');
    await page.emulateMedia({ forcedColors: 'active' });
    const bar = 'getComputedStyle(document.querySelector("progress")).forcedColorAdjust';
    t.equal(await page.evaluate(bar), 'none', 'bars stay where the system takes grounds away');
    await page.emulateMedia({ forcedColors: null });
    await button(page, /^Send 300/).click();
    await title(page, 'Your files are at Zenodo').waitFor();
    await said(page, md5(bytes)).waitFor();
    t.same(stored(mock, who.id), { 'Ice thickness 2024.csv': md5(bytes) });
    await look(t, page, 'done');
    t.same(complaints, []);
    await page.route('http://127.0.0.1:8000/**', (route) => route.fulfill({ body: 'back' }));
    await page.getByRole('link', { name: 'Back to Field Station Data' }).click();
    await page.waitForURL(/127\.0\.0\.1:8000.*upload_id=.*state=done/);
    await page.close();
  });

  await t.test('400 files in folders become zips; what a desktop left there stays behind', async (t) => {
    const { page, who, complaints } = await visit(browser, service, { locale: 'de' });
    const files: Record<string, string> = { 'survey/.DS_Store': 'x', 'survey/Thumbs.db': 'x' };
    for (let n = 0; n < 380; n += 1) files[`survey/2024/profile ${n}.csv`] = `depth,ice\n${n},2\n`;
    for (let n = 0; n < 20; n += 1) files[`pictures/site-${n}.jpg`] = `picture ${n}`;
    const folder = await folderOf(t, files);
    await chooseFolder(page, join(folder, 'survey'));
    await page.getByRole('rowheader', { name: /survey\.zip aus einem Ordner mit 380 Dateien/ }).waitFor();
    await chooseFolder(page, join(folder, 'pictures'));
    await page.getByRole('rowheader', { name: /pictures\.zip/ }).waitFor();
    await said(page, '2 Dateien weggelassen').click();
    await said(page, 'survey/.DS_Store').waitFor();
    await look(t, page, '400-files');
    await button(page, 'survey.zip weglassen').click();
    await page.getByRole('rowheader', { name: /survey\.zip/ }).waitFor({ state: 'detached' });
    const requests: string[] = [];
    page.on('request', (one) => void (/\/tus/.test(one.url()) && requests.push(one.method())));
    await page.evaluate(KEPT);
    await button(page, / senden$/).click();
    await title(page, 'Ihre Dateien sind bei Zenodo').waitFor();
    t.same(requests, Array(21).fill('POST'), 'a small file is one request; the last says that it is all');
    const kept = Number(await page.evaluate('window.kept'));
    t.ok(kept > 0 && kept < 20 * 200, `what is kept of a file does not grow with the others: ${kept}`);
    t.same(Object.keys(stored(mock, who.id)), ['pictures.zip']);
    await said(
      page,
      'Die Zip-Dateien wurden aus Ihren Ordnern gemacht; darin liegt unverändert, was Sie gesendet haben',
    ).waitFor();
    t.equal(await said(page, 'genau so, wie Sie sie gesendet haben').count(), 0);
    t.same(complaints, []);
    await page.close();
  });

  await t.test('what does not fit is said before a byte moves', async (t) => {
    const limits = { max_files: 3, max_bytes: 60e9, folders: 'never', locale: 'de' };
    const { page, who } = await visit(browser, service, limits);
    await said(page, 'Platz ist für 3 Dateien mit insgesamt 50\u00a0GB.').waitFor();
    await said(page, 'Dateien in Ordnern werden einzeln gesendet').waitFor();
    const folder = await folderOf(t, { 'radar.h5': 40e9, 'more.h5': 12e9, 'empty.txt': '' });
    await chooseFiles(page, join(folder, 'radar.h5'));
    await said(page, '40 GB von 50 GB bei Zenodo belegt').waitFor();
    await look(t, page, '40-gb');
    await chooseFiles(page, join(folder, 'more.h5'), join(folder, 'empty.txt'));
    await said(page, 'Das kann nicht gesendet werden').waitFor();
    await said(page, /mehr Platz, als Zenodo für/).waitFor();
    t.ok(await button(page, / senden$/).isDisabled());
    await look(t, page, 'limit-exceeded');
    await button(page, 'Diese weglassen').click();
    await button(page, 'more.h5 weglassen').click();
    await said(page, '40 GB von 50 GB bei Zenodo belegt').waitFor();
    t.notOk(await button(page, / senden$/).isDisabled());
    t.same(stored(mock, who.id), {});
    await page.close();
  });

  await t.test(
    'sending is slow, pauses, loses its line, is left and come back to, and ends well',
    async (t) => {
      const { page, who } = await visit(browser, service, { locale: 'de' });
      const bytes = noise(24_000_000);
      const folder = await folderOf(t, { 'radar.bin': bytes, 'notes.txt': 'ice' });
      const choose = () => chooseFiles(page, join(folder, 'radar.bin'), join(folder, 'notes.txt'));
      const offsets: number[] = [];
      page.on('request', (request) => {
        if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
      });
      await choose();
      line.set(60_000);
      await button(page, /^24.*senden$/).click();
      await title(page, 'Ihre Dateien sind unterwegs').waitFor();
      await said(page, /pro Sekunde/).waitFor();
      await said(page, /^noch etwa \d/).waitFor();
      t.equal(await page.locator('progress:not(.zenodo) + .pace').count(), 1, 'the pace to the service');
      await look(t, page, 'sending', 3840);
      await button(page, 'Anhalten').last().waitFor();
      await page.locator('.actions').getByRole('button', { name: 'Anhalten' }).click();
      await said(page, 'Was angekommen ist, bleibt erhalten.').first().waitFor();
      await look(t, page, 'paused');
      await page.locator('.actions').getByRole('button', { name: 'Fortsetzen' }).click();
      await browser.setOffline(true);
      await said(page, 'Die Verbindung ist unterbrochen').waitFor();
      await look(t, page, 'line-lost');
      await browser.setOffline(false);
      await said(page, 'Die Verbindung ist unterbrochen').waitFor({ state: 'detached' });
      const before = offsets.length;
      page.on('dialog', (dialog) => void dialog.accept());
      await page.reload();
      await title(page, 'Willkommen zurück').waitFor();
      await look(t, page, 'welcome-back');
      await choose();
      await button(page, /^24.*senden$/).click();
      line.set(null);
      await title(page, 'Ihre Dateien sind bei Zenodo').waitFor({ timeout: 60_000 });
      t.ok(
        offsets.length > before && (offsets.at(-1) ?? 0) > 0,
        `what had arrived was not sent again: ${offsets}`,
      );
      t.same(stored(mock, who.id), { 'radar.bin': md5(bytes), 'notes.txt': md5('ice') });
      await page.close();
    },
  );

  await t.test('Zenodo fails for a while', async (t) => {
    const { page, who, link } = await visit(browser, service);
    const folder = await folderOf(t, { 'a%20b.csv': 'a,b', 'more.csv': 'a' });
    const trouble = mock.faults.add({ ...PUT, status: 503 });
    // Seconds are counted by the clock of the service: this one is an hour slow.
    await page.evaluate('{ const { now } = Date; Date.now = () => now() - 3_600_000; }');
    await chooseFiles(page, join(folder, 'a%20b.csv'));
    await button(page, /^Send/).click();
    await said(page, 'Zenodo is having trouble').waitFor();
    await page
      .getByText(/Your files are safe here.*Attempt 2 begins in \d+ second/)
      .first()
      .waitFor();
    t.equal(await page.locator('progress.zenodo + .pace').count(), 1, 'the pace is of the way to Zenodo');
    const other = await browser.newPage();
    await other.addInitScript(FORGETFUL);
    await other.setExtraHTTPHeaders({ 'accept-language': 'de' });
    await other.goto(link.url);
    await title(other, 'Dateien auswählen').waitFor();
    await said(other, /^Gerade kommt 1 Datei .* von anderswo/).waitFor();
    await other.close();
    await look(t, page, 'zenodo-failing');
    await button(page, 'Send more files').click();
    await title(page, 'Choose files').waitFor();
    await page.route(UPLOAD_READ, async (route) => {
      const response = await route.fetch();
      const upload = (await response.json()) as { progress: object };
      const progress = { ...upload.progress, rate: 5000, seconds_left: null };
      // `unroute` answers the requests that are under way.
      const stranded = { response, json: { ...upload, state: 'stranded', progress } };
      await route.fulfill(stranded).catch(() => undefined);
    });
    await page.reload();
    await said(page, 'One of our servers cannot be reached').waitFor();
    await said(page, 'time left is not known yet').waitFor();
    await look(t, page, 'stranded');
    mock.faults.remove(trouble.id);
    await page.unroute(UPLOAD_READ);
    await title(page, 'Your files are at Zenodo').waitFor({ timeout: 60_000 });
    t.same(stored(mock, who.id), { 'a%20b.csv': md5('a,b') });
    await said(page, /^The name “a%20b\.csv” arrived with percent signs/).waitFor();
    const { uploadLink } = service.app.database;
    await uploadLink.updateMany({ where: { depositionId: BigInt(who.id) }, data: { locale: 'de' } });
    await page.reload();
    await title(page, 'Ihre Dateien sind bei Zenodo').waitFor();
    await look(t, page, 'done-with-warnings');

    mock.faults.add({ ...PUT, status: 403, body: { status: 403, message: 'Permission denied.' } });
    await button(page, 'Weitere Dateien senden').click();
    await chooseFiles(page, join(folder, 'more.csv'));
    await button(page, '1 B senden').click();
    const failed = title(page, 'Das hat nicht geklappt');
    await failed.waitFor();
    await page.reload();
    await failed.waitFor();
    await said(page, /^Zenodo hat dies nicht angenommen/).waitFor();
    await look(t, page, 'failed');
    t.equal(await said(page, /^md5/).count(), 0, 'no sum of what is not at Zenodo');
    mock.faults.clear();
    await button(page, 'Dateien neu auswählen').click();
    await title(page, 'Dateien auswählen').waitFor();
    mock.faults.add({ status: 503, method: 'GET', path: '/api/deposit/depositions/:id' });
    await page.reload();
    const unknown = said(page, 'Was schon bei Zenodo ist, lässt sich im Moment nicht zeigen');
    await unknown.waitFor();
    await said(page, /Ihre Dateien können Sie trotzdem auswählen\.$/).waitFor();
    await look(t, page, 'draft-unknown');
    mock.faults.clear();
    await chooseFiles(page, join(folder, 'more.csv'));
    await button(page, '1 B senden').waitFor();
    t.equal(await unknown.count(), 0, 'Zenodo has answered meanwhile');
    await page.close();
  });

  await t.test('the service is still looking at what has arrived', async (t) => {
    const { page, who } = await visit(browser, service);
    const problem = { code: 'upload_unfinished', user_message: 'Some bytes are missing.' };
    const headers = { 'retry-after': '1', 'content-type': 'application/problem+json' };
    const refusal = { status: 409, headers, body: JSON.stringify(problem) };
    let refused = 0;
    await page.route(
      '**/complete',
      async (route) => {
        refused += 1;
        await route.fulfill(refusal);
      },
      { times: 2 },
    );
    await chooseFiles(page, join(await folderOf(t, { 'ice.csv': 'a,b' }), 'ice.csv'));
    await button(page, /^Send/).click();
    await title(page, 'Your files are at Zenodo').waitFor();
    t.same([refused, stored(mock, who.id)], [2, { 'ice.csv': md5('a,b') }]);
    await page.close();
  });

  await t.test('cancelled, after being asked', async (t) => {
    const { page, who, link } = await visit(browser, service);
    const back = await page.getByRole('link', { name: 'Back to Field Station Data' }).getAttribute('href');
    t.match(back, new RegExp(`[?&]upload_link_id=${link.id}$`), 'the way back says from which link');
    const folder = await folderOf(t, { 'big.bin': 24_000_000 });
    await chooseFiles(page, join(folder, 'big.bin'));
    line.set(60_000);
    await button(page, /^Send/).click();
    await said(page, /per second/).waitFor();
    const dialog = page.getByRole('dialog', { name: 'Cancel sending?' });
    const tapTwice = `for (const name of ['Cancel', 'Yes, cancel'])
      [...document.querySelectorAll('button')].find((one) => one.textContent === name).click()`;
    await page.evaluate(tapTwice);
    await dialog.waitFor();
    await look(t, page, 'cancel-asked');
    t.ok(await dialog.isVisible(), 'the second tap of two does not confirm');
    await page.waitForTimeout(400);
    await browser.setOffline(true);
    await button(page, 'Yes, cancel').click();
    await title(page, 'Cancelling …').waitFor();
    await look(t, page, 'cancelling');
    t.equal(await page.locator('.card button').count(), 0, 'nothing is left to be pressed');
    await browser.setOffline(false);
    await title(page, 'Cancelled').waitFor();
    await look(t, page, 'cancelled');
    t.ok(await eventually(() => Object.keys(stored(mock, who.id)).length === 0));
    line.set(null);
    await page.reload();
    await title(page, 'Choose files').waitFor();
    await page.close();
  });

  await t.test('links and consents that have ended are said kindly', async (t) => {
    const { page, who } = await visit(browser, service, { locale: 'de-AT' }, 'mock-user-2');
    await title(page, 'Dateien auswählen').waitFor();
    t.equal(await page.getAttribute('html', 'lang'), 'de', 'in the language of the link');
    await look(t, page, 'german');
    const [large, small] = [5_000_000, 3];
    const sizes = { 'a.bin': large, 'b.bin': large, 'c.bin': large, 'd.bin': large, 'e.txt': small };
    const folder = await folderOf(t, sizes);
    const paths = Object.keys(sizes).map((name) => join(folder, name));
    const consentEnded = title(page, 'Ihre Erlaubnis bei Zenodo ist abgelaufen');
    const agreeAgain = async () => {
      await connect(service.url, 'again', 'mock-user-2');
      await page.reload();
    };
    await chooseFiles(page, ...paths.slice(0, 4));
    await button(page, / senden$/).waitFor();
    // The last file is announced when one of the others has arrived, and the draft is read again.
    line.set(60_000);
    await button(page, / senden$/).click();
    await said(page, /pro Sekunde/).waitFor();
    mock.tokens.revoke({ user: 'mock-user-2' });
    await pause(1.5 * PATIENCE.trust);
    line.set(null);
    await consentEnded.waitFor();
    await said(page, /wählen Sie dieselben Dateien noch einmal aus: Nur der Rest/).waitFor();
    await page.reload();
    await said(page, /wählen Sie dieselben Dateien noch einmal aus: Nur der Rest/).waitFor();
    await look(t, page, 'consent-ended');
    await agreeAgain();
    await title(page, 'Willkommen zurück').waitFor();
    await chooseFiles(page, ...paths.slice(0, 4));
    await button(page, / senden$/).click();
    await title(page, 'Ihre Dateien sind bei Zenodo').waitFor();
    mock.faults.add({ ...PUT, revokeToken: true, times: 1 });
    mock.faults.add({ name: 'invalid-grant', form: { grant_type: 'refresh_token' } });
    await button(page, 'Weitere Dateien senden').click();
    await chooseFiles(page, ...paths.slice(4));
    await button(page, '3 B senden').click();
    await consentEnded.waitFor();
    await said(page, /Ihre Dateien bleiben hier erhalten und gehen danach von selbst weiter/).waitFor();
    mock.faults.clear();
    await agreeAgain();
    await title(page, 'Ihre Dateien sind bei Zenodo').waitFor();
    t.same(Object.keys(stored(mock, who.id)).sort(), Object.keys(sizes));
    await button(page, 'Weitere Dateien senden').click();
    await title(page, 'Dateien auswählen').waitFor();
    await chooseFiles(page, ...paths);
    await button(page, / senden$/).waitFor();
    line.set(60_000);
    await button(page, / senden$/).click();
    await said(page, /pro Sekunde/).waitFor();
    await service.app.database.uploadLink.updateMany({
      where: { depositionId: BigInt(who.id) },
      data: { expiresAt: new Date(Date.now() - 1000) },
    });
    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    line.set(null);
    await title(page, 'Dieser Link ist nicht mehr gültig').waitFor();
    await said(page, /^Um weitere Dateien zu senden, .* noch einmal aus: Nur der Rest/).waitFor();
    await look(t, page, 'link-expired');
    await page.goto('about:blank');
    await page.evaluate('1');
    const stranger = await browser.newPage();
    await stranger.route('**/page.js', (route) => route.abort(), { times: 1 });
    await stranger.goto(`${service.url}/upload`);
    const stuck = stranger.getByText('please load this page again, or try another browser');
    t.notOk(await stuck.isVisible());
    await stranger.evaluate('for (const one of document.getAnimations()) one.finish()');
    t.ok(await stuck.isVisible(), 'a script that does not come');
    await look(t, stranger, 'no-script');
    await stranger.goto('about:blank');
    await stranger.goto(`${service.url}/upload#zdl_nonsense`);
    await title(stranger, 'This link does not work').waitFor();
    await look(t, stranger, 'wrong-link');
    await stranger.close();
    const none = await browser.newPage();
    await none.goto(`${service.url}/upload`);
    await title(none, 'This link is not complete').waitFor();
    await none.close();
    await page.close();
  });
});
