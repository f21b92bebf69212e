import { isIP } from 'node:net';
import type { TSchema } from 'typebox';
import { EnvironmentSchema, splitList } from './environment.js';
import { webhookKey } from './events/signature.js';
import { parseTokenKeys } from './token-keys.js';
import { isCallbackUrl, isLoopbackHost, isLoopbackUrl } from './urls.js';

/**
 * The environment after each variable was checked: wrong ones are undefined, missing ones are
 * absent.
 */
type CheckedEnvironment = Record<string, unknown> & { NODE_ENV?: unknown };

/** Hints for variables whose error does not say what to do. */
const HINTS: Record<string, string> = {
  DATABASE_URL: ': in a password, write @ : / ? # % as %40 %3A %2F %3F %23 %25',
};

/** Checks rules that combine several variables. Returns a sentence for each violation. */
export function checkTogether(env: CheckedEnvironment): string[] {
  const faults = [...checkUrls(env), ...checkCallers(env), ...checkTokenKeys(env)];
  for (const proxy of splitList(env['TRUSTED_PROXIES'])) {
    const [address = '', bits = '0', ...rest] = proxy.split('/');
    const width = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    if (rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > width)
      faults.push('TRUSTED_PROXIES must contain IP addresses or ranges such as 10.0.0.0/8');
  }
  if (env['OPERATOR_PORT'] !== undefined && env['OPERATOR_PORT'] === env['PORT'] && env['PORT'] !== 0)
    faults.push('OPERATOR_PORT must differ from PORT');
  if (env['OPERATOR_KEY'] !== undefined && !('OPERATOR_PORT' in env))
    faults.push('OPERATOR_KEY needs OPERATOR_PORT: set both, or neither');
  if (env['OPERATOR_KEY'] !== undefined && new Set(String(env['OPERATOR_KEY'])).size < 8)
    faults.push('OPERATOR_KEY can be guessed: create it with openssl rand -hex 24');
  faults.push(...checkWebhook(env));
  const host = String(env['HOST'] ?? 'localhost');
  if (env.NODE_ENV !== 'production' && !isLoopbackHost(host))
    faults.push('HOST must be a loopback address unless NODE_ENV is production');
  if (env.NODE_ENV === 'production' && host !== 'localhost' && isIP(host) === 0)
    faults.push('HOST must be an address of this machine, or 0.0.0.0 for all of them');
  return faults;
}

/**
 * The URL of a webhook needs a signing key, and must not contain secrets, which would appear in
 * logs.
 */
function checkWebhook(env: CheckedEnvironment): string[] {
  const faults: string[] = [];
  const [url, secrets] = [env['WEBHOOK_URL'], splitList(env['WEBHOOK_SECRET'])];
  if ('WEBHOOK_URL' in env !== 'WEBHOOK_SECRET' in env)
    faults.push('WEBHOOK_URL and WEBHOOK_SECRET belong together: set both, or neither');
  if (url !== undefined && !URL.canParse(String(url))) faults.push('WEBHOOK_URL is not a URL');
  else if (url !== undefined) {
    const { username, password, hash } = new URL(String(url));
    if (username !== '' || password !== '' || hash !== '')
      faults.push('WEBHOOK_URL must not contain a user, a password or a fragment');
  }
  if (
    env['WEBHOOK_SECRET'] !== undefined &&
    (secrets.length === 0 || secrets.some((one) => webhookKey(one) === null))
  )
    faults.push(
      'WEBHOOK_SECRET must be whsec_ and 24 to 64 bytes in base64, not base64url: create it with echo "whsec_$(openssl rand -base64 32)"',
    );
  return faults;
}

function checkUrls(env: CheckedEnvironment): string[] {
  const faults: string[] = [];
  const urls = new Map<string, URL>();
  for (const name of ['PUBLIC_URL', 'ZENODO_URL', 'ZENODO_BROWSER_URL', 'DATABASE_URL']) {
    if (env[name] === undefined) continue;
    if (URL.canParse(String(env[name]))) urls.set(name, new URL(String(env[name])));
    else faults.push(`${name} is not a URL${HINTS[name] ?? ''}`);
  }
  for (const name of ['ZENODO_URL', 'ZENODO_BROWSER_URL']) {
    const url = urls.get(name);
    if (url === undefined) continue;
    if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
      faults.push(`${name} must use https unless it is a loopback URL`);
    if (url.href !== `${url.origin}/`) faults.push(`${name} must be an origin, without a path`);
  }
  const url = urls.get('PUBLIC_URL');
  if (
    url !== undefined &&
    (url.href !== url.origin + url.pathname || /[\s?#]/.test(String(env['PUBLIC_URL'])))
  )
    faults.push('PUBLIC_URL must not contain a user, a query, a fragment or spaces');
  return faults;
}

/** Who may call, and where browsers may be sent. An empty list must not mean anyone or anywhere. */
function checkCallers(env: CheckedEnvironment): string[] {
  const faults: string[] = [];
  for (const name of ['API_KEYS', 'ALLOWED_CALLBACK_URLS']) {
    if (env[name] !== undefined && splitList(env[name]).length === 0)
      faults.push(`${name} contains only commas`);
  }
  if (splitList(env['API_KEYS']).some((key) => !/^[!#-&(-~]+$/.test(key)))
    faults.push('API_KEYS must be a comma-separated list of keys in ASCII, without spaces and quotes');
  if (!splitList(env['CORS_ORIGINS']).every(isOrigin))
    faults.push(
      'CORS_ORIGINS must be a comma-separated list of origins such as https://app.example.org, without path and final slash',
    );
  if (!splitList(env['ALLOWED_CALLBACK_URLS']).every(isCallbackUrl))
    faults.push(
      'ALLOWED_CALLBACK_URLS must be a comma-separated list of http or https URLs without user, fragment and spaces',
    );
  return faults;
}

/** Whether a text is what a browser sends as `Origin`. */
function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/**
 * Checks the proxy variables, which libraries read directly. Returns a sentence for each invalid
 * one.
 */
export function checkProxies(env: Record<string, string | undefined>): string[] {
  return ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']
    .filter((name) => env[name] && !(/^https?:\/\//.test(env[name]) && URL.canParse(env[name])))
    .map((name) => `${name} must be a URL such as http://proxy.example.org:3128`);
}

/**
 * Checks that essential settings are present and, in production, strong enough. Returns a sentence
 * for each violation.
 */
export function checkEssentials(env: CheckedEnvironment, needed: (name: string) => boolean): string[] {
  const production = env.NODE_ENV === 'production';
  const faults = Object.entries<TSchema>(EnvironmentSchema.properties).flatMap(([name, schema]) => {
    const { missing } = schema as { missing?: string };
    const isEssential = production ? 'production' in schema : 'always' in schema;
    return isEssential && needed(name) && !(name in env) ? [`${name} is missing: ${missing}`] : [];
  });
  if (!production) return faults;
  const keys = env['API_KEYS'] === 'none' ? [] : splitList(env['API_KEYS']);
  if (keys.some((key) => key.length < 16))
    faults.push(
      'API_KEYS has a key with fewer than 16 characters; to allow calls without a key, set it to none, in lower case',
    );
  // Sixteen random hexadecimal digits have at least five different ones.
  else if (keys.some((key) => isGuessable(Buffer.from(key), 5)))
    faults.push('API_KEYS has a key that can be guessed: create each with openssl rand -hex 24');
  const publicUrl = String(env['PUBLIC_URL'] ?? '');
  if (publicUrl.startsWith('http:') && !isLoopbackUrl(publicUrl))
    faults.push('PUBLIC_URL must use https unless it is a loopback URL');
  if (splitList(env['CORS_ORIGINS']).some((url) => url.startsWith('http:') && !isLoopbackUrl(url)))
    faults.push(
      'CORS_ORIGINS must use https unless they are loopback: anyone on the network path could inject a script',
    );
  // inveniosoftware/invenio-oauth2server:invenio_oauth2server/validators.py
  if (splitList(env['ALLOWED_CALLBACK_URLS']).some((url) => url.startsWith('http:') && !isLoopbackUrl(url)))
    faults.push(
      'ALLOWED_CALLBACK_URLS must use https unless they are loopback: Zenodo accepts no other redirect URIs',
    );
  return faults;
}

function checkTokenKeys(env: CheckedEnvironment): string[] {
  if (env['TOKEN_KEYS'] === undefined) return [];
  try {
    const keys = [...parseTokenKeys(String(env['TOKEN_KEYS'])).values()];
    return env.NODE_ENV === 'production' && keys.some((key) => isGuessable(key))
      ? ['TOKEN_KEYS has a key that can be guessed: create each with openssl rand -base64 32']
      : [];
  } catch (error) {
    return [error instanceof TypeError ? error.message : String(error)];
  }
}

/**
 * Whether a key has few different bytes, a repeated pattern, or a count: no random generator
 * creates such keys. `least`: the number of different bytes that a random one has.
 */
function isGuessable(key: Buffer, least = 8): boolean {
  const step = ((key[1] ?? 0) - (key[0] ?? 0)) & 255;
  const counts = key.every((byte, at) => at === 0 || ((byte - (key[at - 1] ?? 0)) & 255) === step);
  const repeats = [8, 12, 16]
    .filter((length) => 2 * length <= key.length)
    .some((length) => key.every((byte, at) => at < length || byte === key[at - length]));
  return new Set(key).size < least || counts || repeats;
}
