import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { openBrowser } from '../../test/browser.js';
import { lackOfChromium } from '../../test/debian.js';
import { authorizePath, exchange, tokenOf } from '../conformance/oauth-flow.js';
import { startMockZenodo } from '../index.js';

/** A client's own page that the browser is sent back to. */
async function callbackPage(t: Test): Promise<string> {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<h1>Back</h1>'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  t.teardown(() => server.closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
}

t.test('the consent page in a browser', { skip: await lackOfChromium() }, async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const target = { url: mock.url, token: 'mock-token' };
  const redirectUri = await callbackPage(t);
  const address = `${mock.url}${authorizePath({ redirect_uri: redirectUri, scope: 'deposit:write deposit:actions user:email', state: 'a b' })}`;
  const browser = await openBrowser(t, { width: 1000, height: 800 });
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  const consent = async () => {
    await page.goto(address);
    await page.getByRole('heading', { name: 'Authorize application' }).waitFor();
  };
  const decide = async (name: string) => {
    await page.getByRole('button', { name }).click();
    await page.getByRole('heading', { name: 'Back' }).waitFor();
    return new URL(page.url());
  };
  const screenshot = async (name: string) => {
    const folder = process.env['SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  };

  await consent();
  await screenshot('wide');
  t.same(await page.getByRole('listitem').allInnerTexts(), [
    'Allow upload (but not publishing). (deposit:write)',
    'Allow publishing of uploads. (deposit:actions)',
    'Allow access to email address (read-only). (user:email)',
  ]);
  const approved = await decide('Authorize application');
  t.equal(approved.origin + approved.pathname, redirectUri);
  t.equal(approved.searchParams.get('state'), 'a b');
  const code = approved.searchParams.get('code') ?? '';
  t.equal(tokenOf(await exchange(target, code, { redirect_uri: redirectUri })).user.id, '1');

  await consent();
  t.equal((await decide('Reject')).search, '?error=access_denied&state=a+b');

  await consent();
  await page.getByRole('link', { name: 'Use another account' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await screenshot('login');
  await page.getByRole('button', { name: 'mock-user-2' }).click();
  await page.getByText('Logged in as mock-user-2').waitFor();
  const other = (await decide('Authorize application')).searchParams.get('code') ?? '';
  t.equal(
    tokenOf(await exchange(target, other, { redirect_uri: redirectUri })).user.id,
    '2',
    'as another user',
  );

  await page.setViewportSize({ width: 320, height: 640 });
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await consent();
    await screenshot(`narrow-${scheme}`);
    t.equal(
      await page.evaluate('document.documentElement.scrollWidth'),
      320,
      'nothing sticks out on a phone',
    );
    for (const button of await page.getByRole('button').all()) {
      t.ok(((await button.boundingBox())?.height ?? 0) >= 44, 'buttons are as high as a finger');
    }
  }

  await page.goto(`${mock.url}${authorizePath({ redirect_uri: 'https://example.org/' })}`);
  await page.getByText('Mismatching redirect URI.').waitFor();
  await screenshot('error');
  t.same(complaints, [], 'the browser has nothing to complain about');
});
