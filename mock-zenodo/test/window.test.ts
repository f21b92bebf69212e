import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { openBrowser } from '../../test/browser.js';
import { lackOfChromium } from '../../test/debian.js';
import { authorizePath, exchange, probe, tokenOf } from '../conformance/oauth-flow.js';
import { call, type Target } from '../conformance/rule.js';
import { EFFECTS, FaultSchema } from '../faults/fault.js';
import { type MockZenodo, startMockZenodo } from '../index.js';

const METADATA = {
  title: 'Ice thickness, surveyed <img src=x onerror=alert(1)>',
  upload_type: 'dataset',
  creators: [{ name: 'Doe, Jane', orcid: '0000-0002-1825-0097' }],
};

async function start(t: Test, options: Parameters<typeof startMockZenodo>[0] = {}): Promise<MockZenodo> {
  const mock = await startMockZenodo(options);
  t.teardown(() => mock.close());
  return mock;
}

/** A page, and everything that its console and its scripts complain about. */
async function openPage(t: Test): Promise<{ page: Page; complaints: string[] }> {
  const browser = await openBrowser(t, { width: 1280, height: 800 });
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints };
}

function sectionOf(page: Page, name: string) {
  return page.getByRole('region', { name });
}

async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: `${folder}/${name}.png` });
}

t.test('the window in a browser', { skip: await lackOfChromium() }, async (t) => {
  const mock = await start(t);
  const target: Target = { url: mock.url, token: 'mock-token' };
  const { page, complaints } = await openPage(t);
  await page.goto(mock.url);
  await page.getByText('live', { exact: true }).waitFor();
  const journal = sectionOf(page, 'Journal');
  const faults = sectionOf(page, 'Faults');
  const tokens = sectionOf(page, 'Tokens');
  const depositions = sectionOf(page, 'Depositions');

  await t.test('an upload arrives while it is watched', async (t) => {
    const { depositions: drafts } = await mock.seed({ depositions: [{ metadata: METADATA }] });
    await depositions.getByRole('link', { name: METADATA.title }).waitFor();
    t.pass('a deposition that came without a request, its title as text');
    const bytes = Buffer.alloc(1500, 'ice ');
    const upload = request(`${mock.url}/api/files/${drafts[0]?.bucket}/radar.csv?access_token=mock-token`, {
      method: 'PUT',
      headers: { 'content-length': bytes.length },
    });
    const answered = once(upload, 'response');
    upload.write(bytes.subarray(0, 700));
    const row = journal.getByRole('row').filter({ hasText: '/radar.csv' });
    await row.getByText('running').first().waitFor();
    t.match(await row.innerText(), /access_token=\*\*\*/, 'the token is masked');
    upload.end(bytes.subarray(700));
    const [answer] = await answered;
    answer.resume();
    await row.getByText(String(answer.statusCode)).waitFor();
    const md5 = createHash('md5').update(bytes).digest('hex');
    const file = depositions.getByRole('row').filter({ hasText: 'radar.csv' });
    await file.getByText(md5).waitFor();
    t.match(await file.innerText(), /1\.5 kB/);
  });

  await t.test('a fault is switched on, strikes as often as asked, and is switched off', async (t) => {
    await faults.getByRole('combobox', { name: 'Fault', exact: true }).selectOption('rate-limited');
    await faults.getByText('Responds with 429. Default: 1×.').waitFor();
    await faults.getByLabel('How often').selectOption('2×');
    await faults.getByLabel('Only for user').fill('mock-user');
    await faults.getByRole('button', { name: 'Switch on' }).click();
    await faults.getByText('for mock-user, applied 0×').waitFor();
    // Not by `call`, which waits and tries again.
    const met = [];
    for (const token of ['mock-token', 'mock-token-2', 'mock-token', 'mock-token']) {
      const answer = await fetch(`${mock.url}/api/deposit/depositions?access_token=${token}`);
      await answer.text();
      met.push(answer.status);
    }
    t.strictSame(met, [429, 200, 429, 200]);
    await faults.getByText('applied 2×, used up').waitFor();
    await faults.getByRole('button', { name: /^Switch off rate-limited/ }).click();
    await faults.getByText('No faults').waitFor();
    t.strictSame(mock.faults.list(), []);
  });

  await t.test('the window outlives a fault that takes everything else down', async (t) => {
    mock.faults.add('maintenance');
    t.equal((await fetch(`${mock.url}/records/1`)).status, 503);
    await page.reload();
    await faults.getByRole('button', { name: /^Switch off maintenance/ }).click();
    await faults.getByText('No faults').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
  });

  await t.test('consent is given, and the token shows up with its holder', async (t) => {
    const back = `${mock.url}/oauth/errors`;
    const consent = await page.context().newPage();
    await consent.goto(`${mock.url}${authorizePath({ redirect_uri: back, scope: 'deposit:write' })}`);
    await consent.getByRole('button', { name: 'Authorize application' }).click();
    await consent.waitForURL(`${back}?code=*`);
    const code = new URL(consent.url()).searchParams.get('code') ?? '';
    await consent.close();
    const { access_token } = tokenOf(await exchange(target, code, { redirect_uri: back }));
    const card = tokens.getByRole('article').filter({ hasText: access_token });
    await card.getByText('Mock client, for mock-user').waitFor();

    await sectionOf(page, 'Clock').getByRole('button', { name: '+61 days' }).click();
    await card.getByText('expired').waitFor();
    t.equal(await probe(target, access_token), 403, 'the clock killed it');
    t.equal(await probe(target, 'mock-token'), 200);
    await sectionOf(page, 'Clock').getByRole('button', { name: 'Real time' }).click();
    await card.getByText('until').waitFor();
    t.ok(Math.abs(mock.clock.now().getTime() - Date.now()) < 60_000);

    await sectionOf(page, 'Clock').getByLabel('Set to').fill('2031-02-03T04:05:06');
    await sectionOf(page, 'Clock').getByRole('button', { name: 'Set' }).click();
    await page.getByText('2031-02-03 04:05').waitFor();
    t.equal(mock.clock.now().toISOString().slice(0, 16), '2031-02-03T04:05', 'UTC, wherever the browser is');
  });

  await t.test('consent is decided at once when told so', async (t) => {
    const section = sectionOf(page, 'Consent');
    await section.getByLabel('Decision').selectOption('approve at once');
    await section.getByLabel('Logged in as').selectOption('mock-user-2');
    await section.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Apply: done.').waitFor();
    t.strictSame(mock.consent.get(), { mode: 'approve', user: 'mock-user-2' });
    const answer = await call(target, 'GET', authorizePath(), { token: null });
    t.match(answer.headers.get('location'), /\?code=/);
  });

  await t.test('tokens of a deactivated account are not called valid', async () => {
    await mock.seed({ users: [{ username: 'gone', token: 'gone-token', active: false }] });
    await tokens.getByText('account deactivated').waitFor();
    mock.tokens.revoke({ token: 'gone-token' });
  });

  await t.test('the keyboard keeps its place when a part is redrawn', async (t) => {
    await tokens.getByRole('button', { name: 'Expire mock-token-2' }).focus();
    mock.tokens.revoke({ token: 'mock-token' });
    await tokens.getByText('mock-token', { exact: true }).waitFor({ state: 'detached' });
    t.equal(await page.evaluate('document.activeElement.id'), 'expire-mock-token-2');
    await page.keyboard.press('Enter');
    await tokens.getByText('expired').first().waitFor();
    t.equal(await probe(target, 'mock-token-2'), 403);
    await tokens.getByRole('button', { name: 'Copy the token of mock-user-2' }).click();
    await page.getByText(/^Copied|^Selected/).waitFor();
  });

  await t.test('nothing is lost by asking to start over, and everything by confirming it', async (t) => {
    await page.getByRole('button', { name: 'Reset…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Reset the mock?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Reset…' }).click();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    t.equal(mock.state().depositions.length, 1);
    await page.getByRole('button', { name: 'Reset…' }).click();
    await dialog.getByRole('button', { name: 'Reset' }).click();
    await depositions.getByText('No depositions yet').waitFor();
    await journal.getByText('No requests yet').waitFor();
    t.equal(mock.state().depositions.length, 0);
  });

  await t.test('a row of the journal opens and stays open', async (t) => {
    await fetch(`${mock.url}/api/deposit/deposition`, {
      headers: { 'x-own': 'mine', authorization: 'Bearer mock-token' },
    });
    const row = journal.getByRole('button', { name: 'GET /api/deposit/deposition', exact: true });
    await row.click();
    await journal.getByText('x-own: mine').waitFor();
    t.match(await journal.innerText(), /authorization: Bearer \*\*\*/);
    t.match(await journal.innerText(), /no such route.*Nearest: GET \/api\/deposit\/depositions/s);
    await fetch(`${mock.url}/api/records`);
    await journal.getByRole('button', { name: 'GET /api/records', exact: true }).first().waitFor();
    t.ok(await journal.getByText('x-own: mine').isVisible(), 'also when it is drawn anew');
    await row.click();
    await journal.getByText('x-own: mine').waitFor({ state: 'detached' });
  });

  await t.test('a fault of one’s own, from a recipe and by hand', async (t) => {
    await faults.getByText('Custom fault').click();
    await faults.getByRole('button', { name: 'Slow responses' }).click();
    t.equal(await faults.getByLabel('Delay (s)').inputValue(), '2');
    const filled = new Set<string>();
    for (const recipe of await faults.locator('button[data-fill]').all()) {
      const fields = Object.entries(JSON.parse((await recipe.getAttribute('data-fill')) ?? ''));
      for (const [name] of fields) filled.add(name);
      await recipe.click();
      await faults.locator('#effects').getByRole('button', { name: 'Switch on' }).click();
      const name = await recipe.innerText();
      while (mock.faults.list().length === 0) await page.waitForTimeout(20);
      t.match(
        Object.keys(mock.faults.list()[0]?.fault ?? {}).sort(),
        fields.map(([key]) => key).sort(),
        name,
      );
      mock.faults.clear();
    }
    t.strictSame(
      EFFECTS.filter((name) => !filled.has(name) && name !== 'atBytes'),
      [],
      'every effect has a recipe; a place is given as a fraction',
    );
    await faults.getByRole('button', { name: 'Slow responses' }).click();
    await faults.getByLabel('Delay (s)').fill('0');
    await faults.getByLabel('Status').fill('418');
    await faults.getByLabel('Body').fill('{"message": "tea"}');
    await faults.getByLabel('Methods').fill('GET PUT');
    await faults.locator('#effects').getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('Switch on: done.').waitFor();
    t.match(mock.faults.list().at(-1)?.fault, {
      path: ['/api/*'],
      method: ['GET', 'PUT'],
      status: 418,
      delay: 0,
    });
    t.equal(await (await fetch(`${mock.url}/api/records`)).text(), '{"message": "tea"}');
    await faults.getByLabel('Body').fill('no json');
    await faults.locator('#effects').getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('body is not JSON').waitFor();
    await faults.getByRole('button', { name: 'Clear' }).click();
    mock.faults.clear();
    await faults.getByText('Custom fault').click();
  });

  await t.test('it is readable on a phone, light and dark, and every control has a name', async (t) => {
    const files = [
      { name: 'profiles/radar line 3.csv', content: 'x,y,z' },
      { name: 'orthophoto.tif', size: 3_500_000 },
    ];
    const title = 'Ice thickness of the Vernagtferner, surveyed by radar in 2024';
    await mock.seed({
      depositions: [
        { metadata: { ...METADATA, title }, files, state: 'published' },
        { metadata: { title: 'A draft of somebody else' }, user: 'mock-user-2', files },
      ],
    });
    mock.faults.add({ name: 'rate-limited', path: '/api/records/*', times: 3 });
    for (const path of ['/records/123457/latest', '/api/deposit/depositions', '/api/records/123457']) {
      await (await fetch(`${mock.url}${path}`, { headers: { authorization: 'Bearer mock-token' } })).text();
    }
    await journal.getByText('/api/records/123457').waitFor();
    await page.reload();
    await page.getByText('live', { exact: true }).waitFor();
    await page.setViewportSize({ width: 1280, height: 1080 });
    await screenshot(page, 'window');
    t.strictSame(
      await page.evaluate(
        `[...document.querySelectorAll('input, select')].filter((field) => field.labels.length === 0).map((field) => field.name)`,
      ),
      [],
      'fields have labels',
    );
    await page.setViewportSize({ width: 320, height: 700 });
    await fetch(`${mock.url}/api/records?q=${'x'.repeat(300)}`);
    await journal.getByText('xxx').waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      t.equal(
        await page.evaluate('document.documentElement.scrollWidth'),
        320,
        `nothing sticks out, ${scheme}`,
      );
      await screenshot(page, `window-narrow-${scheme}`);
    }
    for (const button of await page.locator('button:not(.small):visible').all()) {
      t.ok(((await button.boundingBox())?.height ?? 0) >= 44, 'buttons are as high as a finger');
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: 'light' });
  });

  await t.test('from the window to the pages of records and drafts', async (t) => {
    await depositions.getByRole('link', { name: 'Ice thickness of the Vernagtferner' }).click();
    await page.getByRole('heading', { name: 'Ice thickness of the Vernagtferner' }).waitFor();
    t.equal(page.url(), `${mock.url}/records/123457`);
    const badge = page.getByRole('img', { name: 'DOI 10.5281/zenodo.123457' });
    await badge.waitFor();
    await page.waitForLoadState('load');
    t.ok(Number(await page.evaluate('document.images[0].naturalWidth')) > 100, 'the badge is drawn');
    await screenshot(page, 'record');
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'profiles/radar line 3.csv' }).click();
    t.equal((await download).suggestedFilename(), 'profiles_radar line 3.csv');

    const { depositions: long } = await mock.seed({
      depositions: [
        {
          metadata: METADATA,
          files: [{ name: `${'a-long-name-'.repeat(12)}.csv`, size: 1 }],
          state: 'published',
        },
      ],
    });
    await page.goto(`${mock.url}/records/${long[0]?.id}`);
    const heights = await page.evaluate(
      `[...document.querySelectorAll('.files :is(th, td):not(:first-child)')].map((cell) => {
        const text = document.createRange();
        text.selectNodeContents(cell);
        return text.getBoundingClientRect().height;
      })`,
    );
    const lines = (heights as number[]).map((height) => Math.round(height / 24));
    t.same(lines, [1, 1, 1, 1], 'a long name leaves room for size and checksum');

    await page.goto(`${mock.url}/deposit/123459`);
    await page.getByRole('button', { name: 'mock-user-2' }).click();
    await page.getByText('Draft 123459, seen by mock-user-2').waitFor();
    t.equal(page.url(), `${mock.url}/uploads/123459`);
    t.match(await page.getByRole('row').allInnerTexts(), [/File/, /radar line 3/, /3\.5 MB/]);
    await page.setViewportSize({ width: 320, height: 700 });
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 320);
  });

  t.same(complaints, [], 'the browser has nothing to complain about');
});

t.test('no link of the window leads nowhere, whatever became of a deposition', async (t) => {
  const mock = await start(t);
  const draft = { metadata: METADATA, files: [{ name: 'ä b?.txt', content: 'x' }] };
  const published = { ...draft, state: 'published' } as const;
  const { depositions } = await mock.seed({
    depositions: [draft, published, draft, published, published, { ...published, versions: [{}] }],
  });
  const [, , discarded, removed, edited] = depositions.map(({ id }) => id);
  const path = (id = 0) => `/api/deposit/depositions/${id}`;
  const target: Target = { url: mock.url, token: 'mock-token' };
  t.equal((await call(target, 'DELETE', path(discarded))).status, 204);
  t.equal((await call(target, 'POST', `${path(edited)}/actions/edit`)).status, 201);
  mock.records.remove(removed ?? 0);

  const window = await call(target, 'GET', '/', { token: null });
  const links = [...window.text.matchAll(/href="(\/[^"]*)"/g)].map(([, link = '']) =>
    link.replaceAll('&amp;', '&'),
  );
  t.notMatch(links, [new RegExp(`/${discarded}\\b`)]);
  for (const link of new Set(links)) {
    const { status } = await call(target, 'GET', link);
    t.ok(link === `/records/${removed}` ? status === 410 : status < 400, `${link} is ${status}`);
  }
});

t.test('the window with a control token', { skip: await lackOfChromium() }, async (t) => {
  const mock = await start(t, { controlToken: 'open sesame', keepIds: true });
  t.match(
    await (await fetch(mock.url)).text(),
    /the time\. Ids continue to count\.</,
    'what a reset does here',
  );
  const { page } = await openPage(t);
  await page.goto(mock.url);
  t.notMatch(await page.content(), /mock-token|mock-secret/, 'nothing is shown before it was given');
  const enter = async (token: string) => {
    await page.getByLabel('Control token').fill(token);
    await page.getByRole('button', { name: 'Open' }).click();
  };
  await enter('guess');
  await page.getByText('X-Control-Token is missing or wrong').waitFor();
  t.notMatch(await page.content(), /mock-token|mock-secret/);
  await enter('open sesame');
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Expire mock-token', exact: true }).click();
  await sectionOf(page, 'Tokens').getByText('expired').waitFor();
  t.equal(await probe({ url: mock.url, token: '' }, 'mock-token'), 403);
  const kept = 'JSON.stringify([location.href, document.cookie, { ...localStorage }, { ...sessionStorage }])';
  t.notMatch(await page.evaluate(kept), /sesame/, 'it is in memory only');
  t.notMatch(JSON.stringify(mock.requests.list()), /sesame/);
  await page.reload();
  await page.getByLabel('Control token').waitFor();
  t.notMatch(await page.content(), /mock-token/, 'and gone with the page');
});

t.test('what may not steer the mock may not look at it through the window either', async (t) => {
  const mock = await start(t);
  const secret = /mock-secret/;
  const page = await fetch(mock.url);
  t.match(await page.text(), secret, 'this machine sees it without a script');
  const policy = page.headers.get('content-security-policy') ?? '';
  t.match(policy, /default-src 'none'.*script-src 'self'.*form-action 'none'.*frame-ancestors 'none'/);
  t.notMatch(policy, /unsafe/);
  for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    const answer = await fetch(mock.url, { headers });
    t.equal(answer.status, 200);
    t.notMatch(await answer.text(), secret, `nothing for ${Object.keys(headers)}`);
    for (const path of ['/_mock/window', '/_mock/requests/stream']) {
      t.equal((await fetch(`${mock.url}${path}`, { headers })).status, 403, path);
    }
  }
  const rebound = request(mock.url, { headers: { host: 'rebound.example' } }).end();
  const [answer] = await once(rebound, 'response');
  t.notMatch(Buffer.concat(await answer.toArray()).toString(), secret, 'nothing under a foreign name');
  t.strictSame(mock.requests.list(), [], 'the window is not in the journal');
});

t.test('the journal as a stream', async (t) => {
  const mock = await start(t);
  const answer = await fetch(`${mock.url}/_mock/requests/stream`);
  t.match(answer.headers.get('content-type'), /^text\/event-stream/);
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async (wanted: RegExp) => {
    while (!wanted.test(text)) {
      const next = await reader?.read();
      if (next === undefined || next.done) throw new Error(`The stream ended without ${wanted}: ${text}`);
      text += next.value;
    }
  };
  await (await fetch(`${mock.url}/api/records?access_token=mock-token&q=x`)).text();
  await until(/"running":false/);
  const events = [...text.matchAll(/^id: 1\nevent: request\ndata: (.*)\n\n/gm)].map(([, data]) =>
    JSON.parse(data ?? ''),
  );
  t.match(events, [
    { method: 'GET', path: '/api/records?access_token=***&q=x', running: true, status: null },
    { id: 1, running: false, status: 200, user: 'mock-user' },
  ]);
  t.strictSame(events[1], mock.requests.list()[0], 'the same as in the journal');
  await mock.reset();
  await until(/event: cleared\n/);
  const closing = mock.close();
  t.equal(
    (await reader?.read().catch(() => ({ done: true })))?.done,
    true,
    'a reader does not keep the mock open',
  );
  await closing;
});

t.test('the form of one’s own fault has every field that a fault has', async (t) => {
  const mock = await start(t);
  const page = await (await fetch(mock.url)).text();
  t.match(page, /the time\. Ids start again with the first one\.</, 'what a reset does');
  const form = page.slice(page.indexOf('<form id="effects"'));
  const fields = [...form.matchAll(/name="(\w+)"/g)].map(([, name]) => name);
  for (const name of Object.keys(FaultSchema.properties))
    t.ok(name === 'name' || fields.includes(name), name);
});
