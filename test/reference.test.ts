import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { openBrowser } from './browser.js';
import { lackOfChromium } from './debian.js';
import { startScript } from './process.js';
import { startService } from './service.js';

t.test(
  'in development, every call of the reference works at the first “Execute”',
  { skip: await lackOfChromium() },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'zenodo-service-reference-'));
    t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
    const service = startScript(t, 'scripts/start.ts', {
      cwd: folder,
      env: { PORT: '0', LOG_LEVEL: 'warn' },
    });
    await service.says(/Ctrl-C/);
    const [, url = ''] = await service.says(/reference +(http:\S+)/);
    const page = await (await openBrowser(t, { width: 1200, height: 900 })).newPage();
    await page.goto(url);
    const calls = page.locator('.opblock');
    await calls.first().waitFor();
    const answers: string[] = [];
    for (const call of await calls.all()) {
      const head = call.locator('.opblock-summary-control');
      await head.click();
      await call.getByRole('button', { name: 'Try it out' }).click();
      await call.getByRole('button', { name: 'Execute' }).click();
      const status = call.locator('.live-responses-table tbody .response-col_status').first();
      answers.push(`${await call.getAttribute('id')}: ${(await status.innerText()).trim()}`);
      await head.click();
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
