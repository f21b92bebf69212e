import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ConfigError, loadConfig } from '../src/config.js';
import { EnvironmentSchema } from '../src/environment.js';
import { processEnvironment } from '../src/process-environment.js';
import { temporaryFolder } from './teardown.js';

const KEY = randomBytes(32).toString('base64');

/** The least that works outside production. */
const LEAST = {
  DATABASE_URL: 'postgresql://user:pass@127.0.0.1:5432/zenodo',
  ZENODO_URL: 'http://127.0.0.1:4000',
  ZENODO_CLIENT_ID: 'id',
  ZENODO_CLIENT_SECRET: 'secret',
  TOKEN_KEYS: `k1:${KEY}`,
};

const PRODUCTION = {
  ...LEAST,
  NODE_ENV: 'production',
  HOST: '0.0.0.0',
  ZENODO_URL: 'https://sandbox.zenodo.org',
  PUBLIC_URL: 'https://api.example.org/zenodo/',
  API_KEYS: 'a-key-of-some-length,another-key-of-some',
  ALLOWED_CALLBACK_URLS: 'https://app.example.org/cb, https://app.example.org/cb2',
  OPERATOR_CONTACT: 'ops@example.org',
  OPERATOR_PORT: '9100',
  OPERATOR_KEY: 'correct horse battery staple',
  WEBHOOK_URL: 'https://app.example.org/hooks',
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
};

function faultsOf(env: Record<string, string | undefined>): string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

/** The one fault that this environment has. */
function faultOf(env: Record<string, string | undefined>): string {
  const faults = faultsOf(env);
  return faults.length === 1 ? (faults[0] ?? '') : `${faults.length} faults: ${faults.join(' / ')}`;
}

t.test('development needs what npm start would bring, and no more', async (t) => {
  const config = loadConfig(LEAST);
  t.match(config, {
    production: false,
    port: 3000,
    host: '127.0.0.1',
    publicUrl: undefined,
    trustedProxies: [],
    operatorPort: undefined,
    operatorKey: undefined,
    zenodoUrl: 'http://127.0.0.1:4000',
    zenodoBrowserUrl: 'http://127.0.0.1:4000',
    accessTokenKind: 'handle',
    apiKeys: [],
    allowedCallbackUrls: 'loopback',
    stagingDir: '.data/staging',
    stagingMinFree: 1_073_741_824,
    maxUnauthenticatedBytes: 8_388_608,
    syncWaitSeconds: 240,
    logLevel: 'info',
  });
  t.ok(Object.isFrozen(config), 'it is not changed afterwards');
  for (const name of Object.keys(LEAST)) {
    t.match(faultOf({ ...LEAST, [name]: undefined }), `${name} is missing`, `${name} is needed`);
    t.match(faultOf({ ...LEAST, [name]: '  ' }), `${name} is missing`, `a blank ${name} counts as none`);
  }
});

t.test('production takes everything essential', async (t) => {
  t.match(loadConfig(PRODUCTION), {
    production: true,
    host: '0.0.0.0',
    publicUrl: 'https://api.example.org/zenodo',
    zenodoUrl: 'https://sandbox.zenodo.org',
    apiKeys: ['a-key-of-some-length', 'another-key-of-some'],
    allowedCallbackUrls: ['https://app.example.org/cb', 'https://app.example.org/cb2'],
    operatorContact: 'ops@example.org',
  });
  t.same(loadConfig({ ...PRODUCTION, API_KEYS: 'none' }).apiKeys, [], 'the word none switches keys off');
  for (const [name, schema] of Object.entries(EnvironmentSchema.properties)) {
    if (!('production' in schema)) continue;
    t.match(faultOf({ ...PRODUCTION, [name]: undefined }), `${name} is missing`, `${name} is essential`);
  }
});

t.test('production takes no key that can be guessed', async (t) => {
  const keyOf = (at: (index: number) => number) => Buffer.from(Array.from({ length: 32 }, (_, i) => at(i)));
  const guessable = [
    ...[
      () => 0,
      () => 255,
      (i: number) => i,
      (i: number) => 31 - i,
      (i: number) => i % 2,
      (i: number) => i % 16,
    ].map(keyOf),
    Buffer.from('changemechangemechangemechangeme'),
    Buffer.from('password12345678password12345678'),
  ];
  for (const key of guessable) {
    const TOKEN_KEYS = `good:${KEY},bad:${key.toString('base64')}`;
    t.match(faultOf({ ...PRODUCTION, TOKEN_KEYS }), /^TOKEN_KEYS has a key that can be guessed/);
    t.ok(loadConfig({ ...LEAST, TOKEN_KEYS }), 'elsewhere it may be any');
  }
  for (const key of ['kkkkkkkkkkkkkkkkkkkk', 'changemechangeme', 'abcdefghijklmnopqr', 'abababababababab']) {
    const API_KEYS = `a-key-of-some-length,${key}`;
    t.match(faultOf({ ...PRODUCTION, API_KEYS }), /^API_KEYS has a key that can be guessed/);
    t.ok(loadConfig({ ...LEAST, API_KEYS }), 'elsewhere it may be any');
  }
  for (let round = 0; round < 1000; round += 1) {
    const random = [randomBytes(32), Buffer.from(randomBytes(16).toString('hex'))];
    for (const key of random) t.ok(loadConfig({ ...PRODUCTION, TOKEN_KEYS: `k:${key.toString('base64')}` }));
  }
});

t.test('each rule has its own sentence', async (t) => {
  const broken: [string, Record<string, string>, RegExp][] = [
    ['an unknown mode', { NODE_ENV: 'staging' }, /^NODE_ENV must be one of development, production/],
    ['a port that is no number', { PORT: 'http' }, /^PORT /],
    ['a port out of range', { PORT: '70000' }, /^PORT /],
    ['half a port', { PORT: '80.5' }, /^PORT /],
    ['an operator’s port out of range', { OPERATOR_PORT: '-1' }, /^OPERATOR_PORT /],
    ['its former name, out of range', { METRICS_PORT: '-1' }, /^OPERATOR_PORT /],
    [
      'both names',
      { OPERATOR_PORT: '1', METRICS_PORT: '1' },
      /^OPERATOR_PORT and METRICS_PORT, .* keep OPERATOR_PORT$/,
    ],
    [
      'a short operator’s key',
      { OPERATOR_PORT: '0', OPERATOR_KEY: 'x'.repeat(23) },
      /^OPERATOR_KEY must have at least 24/,
    ],
    [
      'an operator’s key of one letter',
      { OPERATOR_PORT: '0', OPERATOR_KEY: 'x'.repeat(40) },
      /^OPERATOR_KEY can be guessed/,
    ],
    [
      'a page without a port',
      { OPERATOR_KEY: 'correct horse battery staple' },
      /^OPERATOR_KEY needs OPERATOR_PORT/,
    ],
    ['a public URL that is none', { PUBLIC_URL: 'api.example.org' }, /^PUBLIC_URL must begin with https/],
    ['a database that is not PostgreSQL', { DATABASE_URL: 'mysql://x/y' }, /^DATABASE_URL /],
    ['a Zenodo that is no URL', { ZENODO_URL: 'zenodo.org' }, /^ZENODO_URL /],
    ['a Zenodo over plain http', { ZENODO_URL: 'http://zenodo.org' }, /^ZENODO_URL must use https/],
    [
      'a browser URL over plain http',
      { ZENODO_BROWSER_URL: 'http://z.example' },
      /^ZENODO_BROWSER_URL must use https/,
    ],
    ['a Zenodo with a path', { ZENODO_URL: 'https://zenodo.org/api' }, /^ZENODO_URL must be an origin/],
    ['a half URL', { ZENODO_URL: 'https://' }, /^ZENODO_URL is not a URL/],
    ['a proxy that is no address', { TRUSTED_PROXIES: '10.0.0.1, proxy' }, /^TRUSTED_PROXIES must contain/],
    ['a range that is none', { TRUSTED_PROXIES: '10.0.0.0/33' }, /^TRUSTED_PROXIES must contain/],
    [
      'an operator’s page on the public port',
      { PORT: '3000', OPERATOR_PORT: '3000' },
      /^OPERATOR_PORT must differ/,
    ],
    ['metrics on the public port', { PORT: '3000', METRICS_PORT: '3000' }, /^OPERATOR_PORT must differ/],
    ['a contact that breaks a header', { OPERATOR_CONTACT: 'a\nb: c' }, /^OPERATOR_CONTACT must be/],
    ['a key that is too short', { TOKEN_KEYS: 'k1:YWJj' }, /^TOKEN_KEYS must be/],
    ['a key without an id', { TOKEN_KEYS: KEY }, /^TOKEN_KEYS must be/],
    ['two keys of one id', { TOKEN_KEYS: `k1:${KEY},k1:${KEY}` }, /^TOKEN_KEYS has the same id twice/],
    ['an unknown kind of token', { ACCESS_TOKEN_KIND: 'jwt' }, /^ACCESS_TOKEN_KIND /],
    ['a callback that is no URL', { ALLOWED_CALLBACK_URLS: 'app.example.org/cb' }, /^ALLOWED_CALLBACK_URLS /],
    ['two callbacks, no comma', { ALLOWED_CALLBACK_URLS: 'https://a/cb https://b/cb' }, /comma-separated/],
    ['a callback that runs', { ALLOWED_CALLBACK_URLS: 'javascript:alert(1)' }, /^ALLOWED_CALLBACK_URLS must/],
    ['any origin', { CORS_ORIGINS: '*' }, /^CORS_ORIGINS must be a comma-separated list of origins/],
    [
      'an origin with a path',
      { CORS_ORIGINS: 'https://app.example.org/' },
      /^CORS_ORIGINS must be a comma-separated list of origins/,
    ],
    ['no callback at all', { ALLOWED_CALLBACK_URLS: ' , ' }, /^ALLOWED_CALLBACK_URLS contains only commas/],
    ['no key at all', { API_KEYS: ',' }, /^API_KEYS contains only commas/],
    [
      'a key that no header holds',
      { API_KEYS: 'schlüssel-von-einiger-länge' },
      /^API_KEYS must be a comma-separated list/,
    ],
    [
      'keys without commas',
      { API_KEYS: 'a-key-of-some-length another-key' },
      /^API_KEYS must be a comma-separated list/,
    ],
    [
      'a key in quotes',
      { API_KEYS: '"a-key-of-some-length"' },
      /^API_KEYS must be a comma-separated list .* quotes/,
    ],
    [
      'a public URL with a query',
      { PUBLIC_URL: 'https://a.example/?x=1' },
      /^PUBLIC_URL must not contain a user/,
    ],
    [
      'one with a password',
      { PUBLIC_URL: 'https://a:hunter2@b.example/' },
      /^PUBLIC_URL must not contain a user/,
    ],
    ['one with a space', { PUBLIC_URL: 'https://a.example/a b' }, /^PUBLIC_URL must not contain .* spaces/],
    [
      'a password as it is',
      { DATABASE_URL: 'postgresql://u:a@b:c#d@db/z' },
      /is not a URL: in a password, write/,
    ],
    ['a way out without its scheme', { HTTPS_PROXY: 'proxy.example.org:3128' }, /^HTTPS_PROXY must be a URL/],
    ['a way out that is none', { http_proxy: 'http://' }, /^http_proxy must be a URL such as/],
    ['negative room', { STAGING_MIN_FREE: '-1' }, /^STAGING_MIN_FREE /],
    ['a size with a unit', { MAX_UNAUTHENTICATED_BYTES: '8MB' }, /^MAX_UNAUTHENTICATED_BYTES /],
    ['a negative wait', { SYNC_WAIT_SECONDS: '-5' }, /^SYNC_WAIT_SECONDS /],
    ['an unknown log level', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL /],
    ['an address strangers can reach', { HOST: '0.0.0.0' }, /^HOST must be a loopback address/],
    ['a name that may leave this machine', { HOST: 'myhost' }, /^HOST must be a loopback address/],
  ];
  for (const [name, env, expected] of broken) t.match(faultOf({ ...LEAST, ...env }), expected, name);
  for (const TRUSTED_PROXIES of ['127.0.0.1', '10.0.0.0/8, ::1', 'fd00::/8'])
    t.same(faultsOf({ ...LEAST, TRUSTED_PROXIES }), [], TRUSTED_PROXIES);
  for (const HOST of ['localhost', '::1', '127.0.0.2']) t.same(faultsOf({ ...LEAST, HOST }), [], HOST);

  const strict: [string, Record<string, string>, RegExp][] = [
    ['the word none among keys', { API_KEYS: 'NONE' }, /set it to none, in lower case/],
    [
      'a callback over http',
      { ALLOWED_CALLBACK_URLS: 'http://app.example/cb' },
      /must use https unless they are loopback/,
    ],
    ['a name to listen on', { HOST: 'api.example.org' }, /^HOST must be an address of this machine/],
    ['a short API key', { API_KEYS: 'short' }, /^API_KEYS has a key with fewer than 16/],
    ['a public URL over plain http', { PUBLIC_URL: 'http://api.example.org' }, /^PUBLIC_URL must use https/],
  ];
  for (const [name, env, expected] of strict) t.match(faultOf({ ...PRODUCTION, ...env }), expected, name);
});

t.test('everything wrong is told at once, and no secret with it', async (t) => {
  const faults = faultsOf({
    NODE_ENV: 'production',
    PORT: 'x',
    DATABASE_URL: 'mysql://root:hunter2@db/x',
    TOKEN_KEYS: 'hunter3',
    LOG_LEVEL: 'loud',
  });
  const named = new Set(faults.map((fault) => fault.split(' ')[0]));
  const expected = [
    ...['PORT', 'DATABASE_URL', 'TOKEN_KEYS', 'LOG_LEVEL', 'ZENODO_URL', 'ZENODO_CLIENT_ID'],
    ...['ZENODO_CLIENT_SECRET', 'ALLOWED_CALLBACK_URLS', 'PUBLIC_URL', 'API_KEYS', 'OPERATOR_CONTACT'],
  ];
  t.same([...named].sort(), expected.sort());
  t.notMatch(faults.join('\n'), /hunter/);
  t.equal(new Set(faults).size, faults.length, 'nothing is said twice');
});

t.test('secrets come from files too, other variables do not', async (t) => {
  const dir = await temporaryFolder(t);
  const file = join(dir, 'secret');
  await writeFile(file, 'from-a-file\n');
  const empty = join(dir, 'empty');
  await writeFile(empty, '\n');
  const taken = { ...PRODUCTION, TOKEN_KEYS: undefined, TOKEN_KEYS_FILE: PRODUCTION.TOKEN_KEYS };
  t.match(faultOf(taken), /^TOKEN_KEYS_FILE cannot be read .* must be the path of a file/);
  t.notMatch(faultOf(taken), KEY, 'a secret in place of a path is not said');
  for (const [name, schema] of Object.entries(EnvironmentSchema.properties)) {
    if (!('secret' in schema)) continue;
    const env = { ...PRODUCTION, [name]: undefined, [`${name}_FILE`]: join(dir, 'no-such-file') };
    t.ok(
      faultsOf(env).some((fault) =>
        fault.startsWith(`${name}_FILE cannot be read (no such file or directory)`),
      ),
      `${name}_FILE is read`,
    );
    t.equal(
      faultOf({ ...PRODUCTION, [name]: undefined, [`${name}_FILE`]: empty }),
      `${name}_FILE names an empty file`,
    );
    t.match(faultsOf({ ...PRODUCTION, [`${name}_FILE`]: file })[0], `${name} and ${name}_FILE are both set`);
  }
  const { zenodoClientSecret } = loadConfig({
    ...LEAST,
    ZENODO_CLIENT_SECRET: undefined,
    ZENODO_CLIENT_SECRET_FILE: file,
  });
  t.equal(zenodoClientSecret, 'from-a-file', 'without the line end');
  t.match(
    faultOf({ ...LEAST, ZENODO_CLIENT_ID: undefined, ZENODO_CLIENT_ID_FILE: file }),
    'ZENODO_CLIENT_ID is missing',
  );
});

t.test('a .env file is read, and what is set already wins', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'zenodo-service-config-'));
  const before = process.cwd();
  t.teardown(() => {
    process.chdir(before);
    delete process.env['CONFIG_TEST_FROM_FILE'];
    delete process.env['CONFIG_TEST_SET_BEFORE'];
    return rm(dir, { recursive: true });
  });
  process.chdir(dir);
  process.env['CONFIG_TEST_SET_BEFORE'] = 'environment';
  t.equal(processEnvironment()['CONFIG_TEST_FROM_FILE'], undefined, 'no file, no matter');
  await writeFile('.env', 'CONFIG_TEST_FROM_FILE="file"\nCONFIG_TEST_SET_BEFORE=file\n');
  t.match(processEnvironment(), {
    CONFIG_TEST_FROM_FILE: 'file',
    CONFIG_TEST_SET_BEFORE: 'environment',
  });
});
