import { isIP } from 'node:net';
import { isLoopbackHost, isLoopbackUrl } from './loopback.js';

/** The environment after each variable was checked for itself; wrong ones are undefined, those not given are absent. */
type Checked = Record<string, unknown> & { NODE_ENV?: unknown };

/** Nothing works without these; `npm start` brings its own in development. */
const ALWAYS: Record<string, string> = {
  DATABASE_URL: 'a PostgreSQL URL',
  ZENODO_URL: 'for instance https://sandbox.zenodo.org',
  ZENODO_CLIENT_ID: 'from Zenodo’s page Applications',
  ZENODO_CLIENT_SECRET: 'from Zenodo’s page Applications',
  TOKEN_KEYS: 'for instance k1:<32 random bytes in base64>',
};

/** What strangers make necessary. */
const IN_PRODUCTION: Record<string, string> = {
  ALLOWED_CALLBACK_URLS: 'the callback URLs of your application',
  PUBLIC_URL: 'where callers reach this service',
  API_KEYS: 'keys of your callers, or the word none',
  OPERATOR_CONTACT: 'a mail address or URL',
};

/** Rules that hold in every mode; returns a sentence for each one broken. */
export function checkTogether(env: Checked): string[] {
  const faults: string[] = [];
  for (const name of ['PUBLIC_URL', 'ZENODO_URL', 'ZENODO_BROWSER_URL', 'DATABASE_URL']) {
    if (env[name] !== undefined && !URL.canParse(String(env[name]))) faults.push(`${name} is not a URL`);
  }
  for (const name of ['ZENODO_URL', 'ZENODO_BROWSER_URL']) {
    const url = env[name];
    if (url === undefined || !URL.canParse(String(url))) continue;
    if (String(url).startsWith('http:') && !isLoopbackUrl(String(url)))
      faults.push(`${name} must be https unless it is loopback`);
    const { pathname, search, hash, username } = new URL(String(url));
    if (pathname !== '/' || search + hash + username !== '')
      faults.push(`${name} must be an origin, without a path`);
  }
  for (const proxy of split(env['TRUSTED_PROXIES'])) {
    const [address = '', bits = '0', ...rest] = proxy.split('/');
    const width = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    if (rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > width)
      faults.push('TRUSTED_PROXIES must hold IP addresses or ranges such as 10.0.0.0/8');
  }
  for (const url of split(env['ALLOWED_CALLBACK_URLS'])) {
    if (!URL.canParse(url)) faults.push('ALLOWED_CALLBACK_URLS holds something that is not a URL');
  }
  if (env['METRICS_PORT'] !== undefined && env['METRICS_PORT'] === env['PORT'] && env['PORT'] !== 0)
    faults.push('METRICS_PORT must not be PORT');
  faults.push(...checkTokenKeys(env['TOKEN_KEYS']));
  if (env.NODE_ENV !== 'production' && typeof env['HOST'] === 'string' && !isLoopbackHost(env['HOST'])) {
    faults.push('HOST must be loopback unless NODE_ENV is production');
  }
  return faults;
}

/** Everything essential is there, and in production strong enough; returns a sentence for each thing that is not. */
export function checkEssentials(env: Checked): string[] {
  const production = env.NODE_ENV === 'production';
  const essential = production ? { ...ALWAYS, ...IN_PRODUCTION } : ALWAYS;
  const faults = Object.entries(essential)
    .filter(([name]) => !(name in env))
    .map(([name, hint]) => `${name} is missing: ${hint}`);
  if (!production) return faults;
  const keys = env['API_KEYS'] === 'none' ? [] : split(env['API_KEYS']);
  if (keys.some((key) => key.length < 16)) faults.push('API_KEYS holds a key of less than 16 characters');
  const publicUrl = String(env['PUBLIC_URL'] ?? '');
  if (publicUrl.startsWith('http:') && !isLoopbackUrl(publicUrl))
    faults.push('PUBLIC_URL must be https unless it is loopback');
  return faults;
}

function checkTokenKeys(value: unknown): string[] {
  if (value === undefined) return [];
  const entries = split(value);
  const ids = entries.map((entry) => entry.split(':')[0]);
  const wrong = entries.some((entry) => {
    const [id, key, ...rest] = entry.split(':');
    return (
      !/^[A-Za-z0-9_-]{1,32}$/.test(id ?? '') ||
      rest.length > 0 ||
      Buffer.from(key ?? '', 'base64').length !== 32
    );
  });
  if (entries.length === 0 || wrong)
    return ['TOKEN_KEYS must be id:key,… with 32 bytes of base64 as each key'];
  return new Set(ids).size < ids.length ? ['TOKEN_KEYS holds the same id twice'] : [];
}

function split(value: unknown): string[] {
  return String(value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
