import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { DeploymentOptions } from '../contract/deployment.js';
import { namesProduction } from '../contract/production.js';
import { TOKEN, tested } from './contract-run.js';
import { type FakeAnswer, fakeProblem, type Misbehaviour, startFakeDeployment } from './fake-deployment.js';
import { startProgram } from './process.js';
import { temporaryFolder } from './teardown.js';
import { MARK, WATCHED } from './watched-process.js';

/**
 * What the tester says of a deployment that misbehaves like this; generated requests for the
 * documented calls only.
 */
async function found(t: Test, misbehave: Misbehaviour, options: Partial<DeploymentOptions> = {}) {
  const fake = await startFakeDeployment(t, misbehave);
  const run = await tested(fake.url, { cases: 140, documentedOnly: true, ...options });
  t.notMatch(run.said, TOKEN, 'the token is not shown');
  return { ...run, requests: fake.requests };
}

/** Misbehaves at one call only. */
const at = (method: string, path: RegExp, answer: FakeAnswer): Misbehaviour => {
  return (request) => (request.method === method && path.test(request.path) ? answer : undefined);
};

t.test('another deployment: what it does not offer is said once', async (t) => {
  const fake = await startFakeDeployment(t);
  const { verdict, said } = await tested(fake.url, { cases: 28 * 12 });
  t.equal(verdict, 0, said);
  t.match(said, /POST \/depositions\/\{id\}\/publish +8 +404×8 +not offered/);
  t.match(said, 'no draft could be created');
  const touched = fake.requests.map(({ path }) => /^\/depositions\/([^/?]+)/.exec(path)?.[1] ?? '');
  t.same(
    touched.filter((id) => /^[1-9]\d{0,14}$/.test(decodeURIComponent(id))),
    [],
    'no id that could be somebody’s was ever sent',
  );
  const few = await tested(fake.url, { cases: 70, documentedOnly: true });
  t.notMatch(few.said, '/publish');
});

t.test('it finds what breaks the contract, and shows the smallest request for it', async (t) => {
  const extra = (answer: FakeAnswer) => ({ ...answer, json: { ...(answer.json as object), surprise: 1 } });
  const link = { zenodo_oauth_url: 'https://sandbox.zenodo.org/', state: 's', warnings: [] };
  const authorized = { status: 200, json: { ...link, expires_at: new Date().toISOString() } };
  const faults: [string, Misbehaviour, RegExp][] = [
    [
      'an undocumented status',
      at('GET', /verify/, fakeProblem(418, 'invalid_token')),
      /verify: undocumented status 418/,
    ],
    [
      'an undocumented property',
      at('POST', /authorize/, extra(authorized)),
      /authorize: undocumented property \/surprise/,
    ],
    [
      'a value of another type',
      at('POST', /authorize/, { status: 200, json: { ...authorized.json, warnings: 1 } }),
      /\/warnings must be array/,
    ],
    [
      'a code that is none',
      at('DELETE', /./, fakeProblem(404, 'gone_fishing')),
      /\{id\}: undocumented code gone_fishing for 404/,
    ],
    [
      'a code of another status',
      at('DELETE', /./, fakeProblem(404, 'invalid_token')),
      /undocumented code invalid_token for 404/,
    ],
    [
      'a missing header',
      at('POST', /callback/, {
        ...fakeProblem(400, 'state_unknown'),
        headers: { 'cache-control': 'private' },
      }),
      /callback: header Cache-Control/,
    ],
    [
      'another content type',
      at('POST', /refresh/, {
        ...fakeProblem(401, 'missing_token'),
        headers: { 'content-type': 'text/html' },
      }),
      /refresh: undocumented content type text\/html/,
    ],
    [
      'what is forbidden is taken',
      at('DELETE', /./, { status: 204 }),
      /returned 204 for a request that the contract forbids: an id that does not exist/,
    ],
    ['a 500', at('POST', /metadata/, fakeProblem(500, 'internal_error')), /metadata: answered 500/],
  ];
  for (const [name, misbehave, expected] of faults) {
    const { verdict, said } = await found(t, misbehave);
    t.equal(verdict, 1, name);
    t.match(said, expected, name);
    t.match(said, /curl -X [A-Z]+ 'http:\/\/127\.0\.0\.1:\d+\//, `${name}: with the command`);
  }
  // One of some forty fields: it takes more requests until one has it.
  const picky = await found(
    t,
    ({ path, body, authorization }) =>
      path.includes('/metadata') && body.includes('"keywords"') && authorization === `Bearer ${TOKEN}`
        ? fakeProblem(500, 'internal_error')
        : undefined,
    { cases: 700 },
  );
  t.match(picky.said, /"?\$CONTRACT_TOKEN/, 'secrets are named');
  t.match(
    picky.said,
    /--data-binary '\{"keywords":("[^"]?"|null|\[\]|\{\})\}'/,
    'nothing else is left in the body',
  );
  const mute = await found(t, ({ path }) => {
    return path.includes('/metadata') ? 'silence' : undefined;
  });
  t.match(mute.said, 'metadata: no response');
});

t.test('Zenodo itself is never tested', async (t) => {
  const real = 'https://zenodo.org/oauth/authorize?x';
  for (const consentLink of [real, 'https://user@ZENODO.org:443/a', 'http:\\/\\/www.zenodo.org\\/']) {
    t.ok(namesProduction(consentLink), consentLink);
  }
  for (const harmless of [
    'https://sandbox.zenodo.org/',
    'https://doi.org/10.5281/zenodo.1',
    'https://zenodo.org.example/',
    'zenodo.org',
    'https://a.example/?zenodo.org',
  ]) {
    t.notOk(namesProduction(harmless), harmless);
  }
  const json = { zenodo_oauth_url: real, state: 's', warnings: [], expires_at: new Date().toISOString() };
  const first = await found(t, at('POST', /authorize/, { status: 200, json }));
  t.equal(first.verdict, 2);
  t.match(first.said, /points to zenodo\.org/);
  t.equal(first.requests.length, 1, 'nothing else was sent');
  const later = await found(
    t,
    at('GET', /verify/, fakeProblem(401, 'invalid_token', { zenodo_oauth_url: real })),
    {
      concurrency: 1,
    },
  );
  t.equal(later.verdict, 2);
  t.match(later.requests.at(-1)?.path, '/verify', 'the first answer that shows it is the last');
});

t.test('it waits as long as it is asked to', async (t) => {
  let refused = 0;
  const { verdict, said, requests } = await found(
    t,
    ({ path }) => {
      if (!path.includes('/callback') || refused > 0) return undefined;
      refused += 1;
      return {
        ...fakeProblem(429, 'too_many_requests', { retry_after: 1 }),
        headers: { 'retry-after': '1' },
      };
    },
    { cases: 0 },
  );
  t.equal(verdict, 0, said);
  t.match(said, 'callback: 429, waiting 1 s as requested');
  t.equal(requests.filter(({ path }) => path.includes('/callback')).length, 2, 'and then asks again');
});

t.test('what a process of ours answers in a test is held against the contract, too', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'contract.json');
  const isAlive = { operationId: 'isAlive', responses: { 202: { description: '' } } };
  await writeFile(file, JSON.stringify({ paths: { '/healthz': { get: isAlive } } }));
  const service = `
    const app = require('fastify')();
    app.decorate('connections', {});
    app.get('/healthz', async () => ({}));
    app.inject('/healthz').then(({ statusCode }) => console.log(statusCode));`;
  const faults: string[] = [];
  const test = {
    teardown: (work: () => unknown) => t.teardown(work),
    fail: (fault: string) => faults.push(fault),
  };
  const watch = `--import=${WATCHED.split('?')[0]}?contract=${encodeURIComponent(file)}`;
  const cwd = fileURLToPath(new URL('../', import.meta.url));
  const { ended, output } = startProgram(test, [process.execPath, watch, '-e', service], { cwd });
  t.equal(await ended(), 0, output());
  t.match(output(), /^200$/m);
  t.same(faults, [`${MARK}GET /healthz answered 200: undocumented status 200`]);
});
