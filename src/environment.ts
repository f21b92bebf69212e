import { type Static, Type } from 'typebox';

const Secret = (options: object) => Type.String({ ...options, secret: true });

/**
 * Every environment variable of the service. The README's table is checked against this schema.
 * `secret: true`: may also be read from the file that `<NAME>_FILE` names. `production: true`:
 * required in production. `always: true`: required everywhere (`npm start` sets its own in
 * development). `missing` says what to set, `wrong` explains a pattern or length, `formerly` is the
 * former name of the variable.
 */
export const EnvironmentSchema = Type.Object({
  NODE_ENV: Type.Enum(['development', 'production', 'test'], {
    default: 'development',
    description: '`production` requires all essential settings.',
  }),
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 3000,
    description: 'Port to listen on. 0 selects a free port.',
  }),
  HOST: Type.String({
    default: '127.0.0.1',
    description: 'Address to listen on. Outside production, only loopback addresses are allowed.',
  }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      production: true,
      missing: 'set the URL at which callers reach this service',
      pattern: '^https?://',
      wrong: 'must begin with https://',
      description:
        'URL at which callers reach the service. All absolute links begin with it, and its path is the path prefix.',
    }),
  ),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description: 'Comma-separated addresses or ranges of proxies whose `X-Forwarded-*` headers are trusted.',
  }),
  OPERATOR_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65535,
      formerly: 'METRICS_PORT',
      description:
        'Port for `/metrics` and the operator’s page. If unset, there is neither. The former name `METRICS_PORT` works too.',
    }),
  ),
  OPERATOR_KEY: Type.Optional(
    Secret({
      minLength: 24,
      wrong: 'must have at least 24 characters: create it with openssl rand -hex 24',
      description:
        'Key to log in to the operator’s page at `OPERATOR_PORT`, with at least 24 characters. If unset, there is no page, only `/metrics`.',
    }),
  ),
  WEBHOOK_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      wrong: 'must begin with https:// or http://',
      description:
        'URL of the application that receives webhooks, see `docs/webhooks.md`. If unset, none are sent.',
    }),
  ),
  WEBHOOK_SECRET: Type.Optional(
    Secret({
      description:
        'Secret that signs webhooks: `whsec_` and 24 to 64 random bytes in base64. To replace a secret, set several, comma-separated.',
    }),
  ),
  DATABASE_URL: Type.Optional(
    Secret({
      production: true,
      always: true,
      missing: 'set a PostgreSQL URL',
      pattern: '^postgres(ql)?://',
      wrong: 'must begin with postgresql://',
      description:
        'URL of the PostgreSQL database. If unset in development, a PostgreSQL is started under `.data/`.',
    }),
  ),
  ZENODO_URL: Type.Optional(
    Type.String({
      production: true,
      always: true,
      missing: 'set it, for example to https://sandbox.zenodo.org',
      pattern: '^https?://',
      wrong: 'must begin with https://',
      description:
        'URL of Zenodo, its sandbox, or a mock. It must use https unless it is loopback. If unset in development, a mock is started.',
    }),
  ),
  ZENODO_BROWSER_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      wrong: 'must begin with https://',
      description: 'URL of Zenodo for browsers, used in consent links, if it differs from `ZENODO_URL`.',
    }),
  ),
  ZENODO_CLIENT_ID: Type.Optional(
    Type.String({
      production: true,
      always: true,
      missing: 'copy it from Zenodo’s page Applications',
      minLength: 1,
      description: 'Client id of the confidential OAuth application.',
    }),
  ),
  ZENODO_CLIENT_SECRET: Type.Optional(
    Secret({
      production: true,
      always: true,
      missing: 'copy it from Zenodo’s page Applications',
      minLength: 1,
      description: 'Client secret of the OAuth application.',
    }),
  ),
  TOKEN_KEYS: Type.Optional(
    Secret({
      production: true,
      always: true,
      missing: 'set it, for example to k1:<32 random bytes in base64>',
      description:
        'Keys that encrypt tokens: `id:base64,…`, 32 bytes each. The first one encrypts, all of them decrypt.',
    }),
  ),
  ACCESS_TOKEN_KIND: Type.Enum(['handle', 'zenodo'], {
    default: 'handle',
    description:
      'Access token that callers get. `handle`: a token of this service. `zenodo`: the token of Zenodo, which becomes invalid at each renewal.',
  }),
  API_KEYS: Type.Optional(
    Secret({
      production: true,
      missing: 'set the keys of your callers, or the word none',
      description:
        'Comma-separated keys that callers send in `X-API-Key`, with at least 16 characters each. `none` allows calls without a key.',
    }),
  ),
  ALLOWED_CALLBACK_URLS: Type.Optional(
    Type.String({
      production: true,
      missing: 'set the callback URLs of your application',
      description:
        'Comma-separated callback URLs that applications may use, compared exactly. If unset in development, any loopback URL is allowed.',
    }),
  ),
  CORS_ORIGINS: Type.String({
    default: '',
    description:
      'Comma-separated origins whose scripts may use upload links and watch uploads, compared exactly. If empty, only the upload page of the service can.',
  }),
  OPERATOR_CONTACT: Type.Optional(
    Type.String({
      production: true,
      missing: 'set a mail address or URL',
      pattern: '^[ -~]{3,200}$',
      wrong: 'must be 3 to 200 plain ASCII characters',
      description: 'Mail address or URL of the operator, sent to Zenodo in `User-Agent`.',
    }),
  ),
  STAGING_DIR: Type.String({
    default: '.data/staging',
    description: 'Folder for staged files, which are on their way to Zenodo.',
  }),
  STAGING_MIN_FREE: Type.Integer({
    minimum: 0,
    default: 1_073_741_824,
    description: 'Bytes that staging keeps free on its volume.',
  }),
  MAX_UNAUTHENTICATED_BYTES: Type.Integer({
    minimum: 0,
    default: 8_388_608,
    description:
      'Bytes of an upload that are accepted before its access token arrives. For all uploads together, the limit is about eight times that.',
  }),
  MAX_REQUESTS: Type.Integer({
    minimum: 1,
    default: 5000,
    description:
      'Calls that one process works on at once, including event streams. Further calls get 503 with `Retry-After`, except `/healthz`. One user can take half of them, and so can one address of callers who are not authenticated yet; their further calls get 429.',
  }),
  SYNC_WAIT_SECONDS: Type.Number({
    minimum: 0,
    default: 240,
    description: 'Seconds that an upload call waits for Zenodo after its last byte before it returns 202.',
  }),
  DRAIN_SECONDS: Type.Number({
    minimum: 0,
    maximum: 3600,
    default: 20,
    description:
      'Seconds that running uploads may continue after SIGTERM. Then another process, or the next start, continues them.',
  }),
  UPLOAD_ATTEMPTS: Type.Integer({
    minimum: 1,
    default: 6,
    description: 'Number of failed attempts to send a file after which the call of a waiting caller fails.',
  }),
  ZENODO_STALL_SECONDS: Type.Number({
    exclusiveMinimum: 0,
    default: 60,
    description: 'Seconds without progress after which the transfer of a file to Zenodo is restarted.',
  }),
  MAX_TRANSFERS: Type.Integer({
    minimum: 1,
    default: 16,
    description: 'Number of files that one process sends to Zenodo at once. Further files wait.',
  }),
  MAX_TRANSFERS_PER_USER: Type.Integer({
    minimum: 1,
    default: 4,
    description: 'Number of files of one user that one process sends to Zenodo at once.',
  }),
  MAX_FILE_BYTES: Type.Integer({
    minimum: 1,
    default: 50_000_000_000,
    description: 'Largest size of one file in bytes.',
  }),
  MAX_UPLOAD_BYTES: Type.Integer({
    minimum: 1,
    default: 50_000_000_000,
    description: 'Largest size of one upload call in bytes.',
  }),
  MAX_DEPOSITION_BYTES: Type.Integer({
    minimum: 1,
    default: 50_000_000_000,
    description:
      'Zenodo’s limit per deposition in bytes. Raise it only if Zenodo has raised the quota of your users.',
  }),
  MAX_DEPOSITION_FILES: Type.Integer({
    minimum: 1,
    default: 100,
    description: 'Zenodo’s limit of files per deposition.',
  }),
  STAGING_SHARE: Type.Number({
    minimum: 0.01,
    maximum: 1,
    default: 0.5,
    description: 'Share of the staging volume that the uploads of one user may use.',
  }),
  KEEP_FAILED_HOURS: Type.Number({
    minimum: 0,
    maximum: 720,
    default: 24,
    description:
      'Hours that the bytes of a failed upload are kept so that the operator can retry it, unless its files were at fault. They are removed earlier if staging needs the space. 0 keeps none.',
  }),
  PRUNE_DRAFTS_AFTER_DAYS: Type.Optional(
    Type.Integer({
      minimum: 1,
      description:
        'Days without changes after which a draft that this service created is deleted, if that is safe. If unset, drafts are never deleted.',
    }),
  ),
  LOG_LEVEL: Type.Enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
    default: 'info',
    description: 'Lowest level of log lines.',
  }),
});

export type Environment = Static<typeof EnvironmentSchema>;

/** The items of a comma-separated variable. */
export function splitList(value: unknown): string[] {
  return String(value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
