import { readFile } from 'node:fs/promises';
import t from 'tap';
import { parse } from 'yaml';
import { openBrowser } from './browser.js';
import { lackOfChromium } from './debian.js';
import { startScript } from './process.js';
import { startService } from './service.js';
import { onlyPaths } from './shown-paths.js';
import { temporaryFolder } from './teardown.js';

/** Paths of the contract that one page shows. */
const AT_ONCE = 4;

t.test(
  'in development, every call of the reference works at the first “Execute”',
  { skip: await lackOfChromium() },
  async (t) => {
    const folder = await temporaryFolder(t);
    const service = startScript(t, 'scripts/start.ts', {
      cwd: folder,
      env: { PORT: '0', LOG_LEVEL: 'warn' },
    });
    await service.says(/Ctrl-C/);
    const [, url = ''] = await service.says(/reference +(http:\S+)/);
    const browser = await openBrowser(t, { width: 1200, height: 900 });
    const answers: string[] = [];
    // The page works through the whole contract at every click, so it gets a few calls at a time.
    for (let first = 0; ; first += AT_ONCE) {
      const page = await browser.newPage();
      let left = 0;
      await page.route('**/docs/json', async (route) => {
        const contract = await (await route.fetch()).json();
        const paths = Object.keys(contract.paths);
        left = paths.length - first;
        await route.fulfill({ json: onlyPaths(contract, paths.slice(first, first + AT_ONCE)) });
      });
      await page.goto(url);
      const calls = page.locator('.opblock');
      await calls.first().waitFor();
      for (const call of await calls.all()) {
        const head = call.locator('.opblock-summary-control');
        await head.click();
        await call.getByRole('button', { name: 'Try it out' }).click();
        await call.getByRole('button', { name: 'Execute' }).click();
        const status = call.locator('.live-responses-table tbody .response-col_status').first();
        answers.push(`${await call.getAttribute('id')}: ${(await status.innerText()).trim()}`);
        await head.click();
      }
      await page.close();
      if (left <= AT_ONCE) break;
    }
    t.same(
      answers.filter((answer) => !/: 2\d\d/.test(answer)),
      [],
    );
    const contract = await readFile(new URL('../openapi.yaml', import.meta.url), 'utf8');
    const { paths } = parse(contract) as { paths: Record<string, object> };
    t.equal(answers.length, Object.values(paths).flatMap((methods) => Object.keys(methods)).length);
  },
);

t.test('a deployment makes nothing for examples, and shows none that only the mock accepts', async (t) => {
  const env = { ALLOWED_CALLBACK_URLS: 'https://app.example.org/zenodo/callback/' };
  const { url } = await startService(t, { env });
  const asked = { method: 'GET', path: '/depositions/1', headers: {}, body: null };
  const answer = await fetch(`${url}/docs/prepare`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  });
  t.equal(answer.status, 404);
  const script = await (await fetch(`${url}/docs/static/swagger-initializer.js`)).text();
  t.match(script, 'SwaggerUIBundle');
  t.notMatch(script, /requestInterceptor|prepare/);
  const contract = await (await fetch(`${url}/docs/json`)).text();
  t.notMatch(contract, 'In development');
  t.same(
    Object.values(
      (JSON.parse(contract) as { components: { parameters: object } }).components.parameters,
    ).filter((parameter) => 'example' in parameter),
    [],
  );
});
