import { type Static, Type } from 'typebox';

const Secret = (options: object) => Type.String({ ...options, secret: true });

/**
 * Every environment variable of the service. The README's table is checked against this schema.
 * `secret: true` entries may also come from a file named in `<NAME>_FILE`; `production: true` ones
 * are essential there, `always: true` ones everywhere (`npm start` brings its own in development);
 * `missing` says what belongs there, `wrong` what a pattern or length means, `formerly` names a
 * variable that is read in its place.
 */
export const EnvironmentSchema = Type.Object({
  NODE_ENV: Type.Enum(['development', 'production', 'test'], {
    default: 'development',
    description: '`production` insists on everything essential being set.',
  }),
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 3000,
    description: 'Port to listen on; 0 takes a free one.',
  }),
  HOST: Type.String({
    default: '127.0.0.1',
    description: 'Address to listen on. Loopback only outside production.',
  }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      production: true,
      missing: 'where callers reach this service',
      pattern: '^https?://',
      wrong: 'must begin with https://',
      description: 'Where callers reach the service; makes every absolute link and implies the path prefix.',
    }),
  ),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description: 'Comma-separated addresses or ranges whose `X-Forwarded-*` headers count.',
  }),
  OPERATOR_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65535,
      formerly: 'METRICS_PORT',
      description:
        'Port for `/metrics` and the operator’s page; unset means neither. `METRICS_PORT`, its former name, is read too.',
    }),
  ),
  OPERATOR_KEY: Type.Optional(
    Secret({
      minLength: 24,
      wrong: 'must have at least 24 characters: make it with openssl rand -hex 24',
      description:
        'Opens the operator’s page at `OPERATOR_PORT`; at least 24 characters. Unset means no page, only `/metrics`.',
    }),
  ),
  WEBHOOK_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      wrong: 'must begin with https:// or http://',
      description:
        'Where the application is told what became of uploads, see `docs/webhooks.md`. Unset: nobody is.',
    }),
  ),
  WEBHOOK_SECRET: Type.Optional(
    Secret({
      description:
        'Signs webhooks: `whsec_` and 24 to 64 random bytes in base64; several with commas between them while one replaces another.',
    }),
  ),
  DATABASE_URL: Type.Optional(
    Secret({
      production: true,
      always: true,
      missing: 'a PostgreSQL URL',
      pattern: '^postgres(ql)?://',
      wrong: 'must begin with postgresql://',
      description: 'PostgreSQL. Unset in development: one is started under `.data/`.',
    }),
  ),
  ZENODO_URL: Type.Optional(
    Type.String({
      production: true,
      always: true,
      missing: 'for instance https://sandbox.zenodo.org',
      pattern: '^https?://',
      wrong: 'must begin with https://',
      description:
        'Zenodo, its sandbox, or a mock. Unset in development: a mock is started. Must be https unless loopback.',
    }),
  ),
  ZENODO_BROWSER_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      wrong: 'must begin with https://',
      description: 'Zenodo as the browser sees it, for consent links, if that differs from `ZENODO_URL`.',
    }),
  ),
  ZENODO_CLIENT_ID: Type.Optional(
    Type.String({
      production: true,
      always: true,
      missing: 'from Zenodo’s page Applications',
      minLength: 1,
      description: 'Client id of the confidential OAuth application.',
    }),
  ),
  ZENODO_CLIENT_SECRET: Type.Optional(
    Secret({
      production: true,
      always: true,
      missing: 'from Zenodo’s page Applications',
      minLength: 1,
      description: 'Its client secret.',
    }),
  ),
  TOKEN_KEYS: Type.Optional(
    Secret({
      production: true,
      always: true,
      missing: 'for instance k1:<32 random bytes in base64>',
      description: 'Keys that encrypt tokens: `id:base64,…`, 32 bytes each; the first encrypts, all decrypt.',
    }),
  ),
  ACCESS_TOKEN_KIND: Type.Enum(['handle', 'zenodo'], {
    default: 'handle',
    description:
      'What callers get: `handle`, an access token of this service’s own; `zenodo`, Zenodo’s, which dies at each renewal.',
  }),
  API_KEYS: Type.Optional(
    Secret({
      production: true,
      missing: 'keys of your callers, or the word none',
      description:
        'Comma-separated keys that callers send in `X-API-Key`, of at least 16 characters each; or the word `none`.',
    }),
  ),
  ALLOWED_CALLBACK_URLS: Type.Optional(
    Type.String({
      production: true,
      missing: 'the callback URLs of your application',
      description:
        'Comma-separated callback URLs that applications may use, compared exactly. Unset in development: any loopback URL.',
    }),
  ),
  CORS_ORIGINS: Type.String({
    default: '',
    description:
      'Comma-separated origins whose scripts may use upload links and watch uploads, compared exactly. Empty: none but the service’s own page.',
  }),
  OPERATOR_CONTACT: Type.Optional(
    Type.String({
      production: true,
      missing: 'a mail address or URL',
      pattern: '^[ -~]{3,200}$',
      wrong: 'must be 3 to 200 plain ASCII characters',
      description: 'Mail address or URL of the operator; sent to Zenodo in the User-Agent.',
    }),
  ),
  STAGING_DIR: Type.String({ default: '.data/staging', description: 'Folder for bytes on their way.' }),
  STAGING_MIN_FREE: Type.Integer({
    minimum: 0,
    default: 1_073_741_824,
    description: 'Bytes that staging leaves free on its volume.',
  }),
  MAX_UNAUTHENTICATED_BYTES: Type.Integer({
    minimum: 0,
    default: 8_388_608,
    description:
      'Bytes of an upload taken before its access token must have come; of all uploads together about eight times that.',
  }),
  MAX_REQUESTS: Type.Integer({
    minimum: 1,
    default: 5000,
    description:
      'Calls that one process works on at once, streams of events too. More are answered 503 with Retry-After; `/healthz` never is.',
  }),
  SYNC_WAIT_SECONDS: Type.Number({
    minimum: 0,
    default: 240,
    description:
      'How long an upload call waits for Zenodo after its last byte before it answers 202, in seconds.',
  }),
  DRAIN_SECONDS: Type.Number({
    minimum: 0,
    maximum: 3600,
    default: 20,
    description:
      'How long running uploads may go on after SIGTERM before they are left to another process or the next start, in seconds.',
  }),
  UPLOAD_ATTEMPTS: Type.Integer({
    minimum: 1,
    default: 6,
    description: 'Failed attempts at a file while its caller waits, before the call fails.',
  }),
  ZENODO_STALL_SECONDS: Type.Number({
    exclusiveMinimum: 0,
    default: 60,
    description:
      'How long Zenodo may take no byte of a file before the transfer is started again, in seconds.',
  }),
  MAX_TRANSFERS: Type.Integer({
    minimum: 1,
    default: 16,
    description: 'Files on their way to Zenodo at once, per process; more wait in line.',
  }),
  MAX_TRANSFERS_PER_USER: Type.Integer({
    minimum: 1,
    default: 4,
    description: 'The same for one user.',
  }),
  MAX_FILE_BYTES: Type.Integer({
    minimum: 1,
    default: 50_000_000_000,
    description: 'Largest file taken.',
  }),
  MAX_UPLOAD_BYTES: Type.Integer({
    minimum: 1,
    default: 50_000_000_000,
    description: 'Bytes that one call may bring.',
  }),
  MAX_DEPOSITION_BYTES: Type.Integer({
    minimum: 1,
    default: 50_000_000_000,
    description: 'What Zenodo takes per deposition; more only for users whose quota it has raised.',
  }),
  MAX_DEPOSITION_FILES: Type.Integer({
    minimum: 1,
    default: 100,
    description: 'Files that Zenodo takes per deposition.',
  }),
  STAGING_SHARE: Type.Number({
    minimum: 0.01,
    maximum: 1,
    default: 0.5,
    description: 'Part of the staging volume that the uploads of one user may take.',
  }),
  KEEP_FAILED_HOURS: Type.Number({
    minimum: 0,
    maximum: 720,
    default: 24,
    description:
      'How long the bytes of an upload are kept that failed through no fault of its files, so that the operator can have it tried again. They give way when staging needs the room. 0: not at all.',
  }),
  PRUNE_DRAFTS_AFTER_DAYS: Type.Optional(
    Type.Integer({
      minimum: 1,
      description:
        'Delete drafts that this service made and nobody touched for so many days, if nothing speaks against it. Not set: never.',
    }),
  ),
  LOG_LEVEL: Type.Enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
    default: 'info',
    description: 'How much is logged.',
  }),
});

/** The environment once every variable has been checked. */
export type Environment = Static<typeof EnvironmentSchema>;

/** The items of a variable that holds several, with commas between them. */
export function listOf(value: unknown): string[] {
  return String(value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
