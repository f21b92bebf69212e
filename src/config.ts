import { readFileSync } from 'node:fs';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { checkEssentials, checkProxies, checkTogether } from './config-rules.js';
import { type Environment, EnvironmentSchema, splitList } from './environment.js';
import { webhookKey } from './events/signature.js';
import { systemMessage } from './system-message.js';
import { parseTokenKeys } from './token-keys.js';

/** The configuration: complete, checked, frozen. */
export type Config = Readonly<ReturnType<typeof toConfig>>;

/** Limits of uploads. Sizes are in bytes. */
export type UploadLimits = Config['uploads'];

/** Everything that is wrong with the environment, at once. */
export class ConfigError extends Error {
  constructor(readonly faults: string[]) {
    super(`the configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

export type SettingName = keyof typeof EnvironmentSchema.properties;

/**
 * Checks an environment and turns it into a Config. Throws ConfigError with all errors at once. A
 * command that needs only some settings names them in `only`. The others count as not set, and may
 * be wrong.
 */
export function loadConfig(
  env: Record<string, string | undefined>,
  only: readonly SettingName[] | null = null,
): Config {
  const faults: string[] = [];
  const needed = (name: string) => only === null || only.some((one) => one === name);
  // Absent: not set. Undefined: set, but wrong, which is already reported.
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(EnvironmentSchema.properties)) {
    if (!needed(name)) {
      if ('default' in schema) values[name] = schema.default;
      continue;
    }
    const before = faults.length;
    const value = parse(schema, readVariable(env, name, schema, faults));
    if (value !== undefined && !Value.Check(schema as TSchema, value))
      faults.push(`${name} ${whatIsWrong(schema as TSchema, value)}`);
    if (faults.length > before) values[name] = undefined;
    else if (value !== undefined) values[name] = value;
  }
  const environment = values as Environment;
  if (only === null) faults.push(...checkProxies(env));
  faults.push(...checkTogether(environment), ...checkEssentials(environment, needed));
  if (faults.length > 0) throw new ConfigError([...new Set(faults)]);
  return Object.freeze(toConfig(environment));
}

function parse(schema: object, text: string | undefined): unknown {
  if (text === undefined) return 'default' in schema ? schema.default : undefined;
  const isText = 'enum' in schema || ('type' in schema && schema.type === 'string');
  return isText ? text : Number(text);
}

function whatIsWrong(schema: TSchema, value: unknown): string {
  const { wrong } = schema as { wrong?: string };
  const [fault] = Value.Errors(schema, value);
  if (['pattern', 'minLength'].includes(fault?.keyword ?? '') && wrong !== undefined) return wrong;
  if (fault?.keyword === 'enum') return `must be one of ${fault.params.allowedValues.join(', ')}`;
  return fault?.message ?? 'is not valid';
}

function readVariable(
  env: Record<string, string | undefined>,
  name: string,
  schema: object,
  faults: string[],
): string | undefined {
  const direct = readDirectly(env, name, schema, faults);
  const file = 'secret' in schema ? env[`${name}_FILE`]?.trim() || undefined : undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) {
    faults.push(`${name} and ${name}_FILE are both set: keep one`);
    return undefined;
  }
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text === '') faults.push(`${name}_FILE names an empty file`);
    return text || undefined;
  } catch (error) {
    // The path is not shown: it may be the secret itself, set under the wrong name.
    const why = error instanceof Error && 'errno' in error ? systemMessage(error) : '';
    faults.push(
      `${name}_FILE cannot be read (${why}): it must be the path of a file with the value of ${name}`,
    );
    return undefined;
  }
}

/** A variable, or its former name if only that is set. */
function readDirectly(
  env: Record<string, string | undefined>,
  name: string,
  schema: object,
  faults: string[],
): string | undefined {
  const set = (variable: string) => env[variable]?.trim() || undefined;
  const former = 'formerly' in schema ? String(schema.formerly) : name;
  if (former !== name && set(name) !== undefined && set(former) !== undefined)
    faults.push(`${name} and ${former}, its former name, are both set: keep ${name}`);
  return set(name) ?? set(former);
}

/** Names and types of all settings are defined here: Config is what this returns. */
function toConfig(env: Environment) {
  const callbacks = splitList(env.ALLOWED_CALLBACK_URLS);
  return {
    production: env.NODE_ENV === 'production',
    port: env.PORT,
    host: env.HOST,
    /**
     * Without a trailing slash. Undefined only in development, where links follow the Host header.
     */
    publicUrl: env.PUBLIC_URL?.replace(/\/+$/, ''),
    trustedProxies: splitList(env.TRUSTED_PROXIES),
    /** Undefined: no metrics and no operator's page. */
    operatorPort: env.OPERATOR_PORT,
    /** Undefined: no operator's page. */
    operatorKey: env.OPERATOR_KEY,
    /** The receiver of events, and the keys that sign them. Undefined: events are not sent. */
    webhook:
      env.WEBHOOK_URL === undefined
        ? undefined
        : {
            url: env.WEBHOOK_URL,
            keys: splitList(env.WEBHOOK_SECRET).flatMap((secret) => webhookKey(secret) ?? []),
          },
    databaseUrl: env.DATABASE_URL ?? '',
    /** Origins without a trailing slash. */
    zenodoUrl: originOf(env.ZENODO_URL),
    zenodoBrowserUrl: originOf(env.ZENODO_BROWSER_URL ?? env.ZENODO_URL),
    zenodoClientId: env.ZENODO_CLIENT_ID ?? '',
    zenodoClientSecret: env.ZENODO_CLIENT_SECRET ?? '',
    /** Empty only for commands that need no keys. */
    tokenKeys: env.TOKEN_KEYS === undefined ? new Map<string, Buffer>() : parseTokenKeys(env.TOKEN_KEYS),
    accessTokenKind: env.ACCESS_TOKEN_KIND,
    /** Empty: no key is required. */
    apiKeys: env.API_KEYS === 'none' ? [] : splitList(env.API_KEYS),
    /** `loopback`: any http URL on this machine (development). */
    allowedCallbackUrls: callbacks.length > 0 ? callbacks : ('loopback' as const),
    /** Origins without a trailing slash. */
    corsOrigins: splitList(env.CORS_ORIGINS),
    operatorContact: env.OPERATOR_CONTACT ?? 'development',
    stagingDir: env.STAGING_DIR,
    stagingMinFree: env.STAGING_MIN_FREE,
    maxUnauthenticatedBytes: env.MAX_UNAUTHENTICATED_BYTES,
    /** Concurrent requests. */
    maxRequests: env.MAX_REQUESTS,
    syncWaitSeconds: env.SYNC_WAIT_SECONDS,
    drainSeconds: env.DRAIN_SECONDS,
    uploads: {
      attempts: env.UPLOAD_ATTEMPTS,
      stallSeconds: env.ZENODO_STALL_SECONDS,
      transfers: env.MAX_TRANSFERS,
      transfersPerUser: env.MAX_TRANSFERS_PER_USER,
      fileBytes: env.MAX_FILE_BYTES,
      uploadBytes: env.MAX_UPLOAD_BYTES,
      depositionBytes: env.MAX_DEPOSITION_BYTES,
      depositionFiles: env.MAX_DEPOSITION_FILES,
      /** The share of the staging volume that one user may use. */
      stagingShare: env.STAGING_SHARE,
      /** Hours for which the bytes of a failed upload are kept for a retry. */
      keepFailedHours: env.KEEP_FAILED_HOURS,
    },
    /** Undefined: drafts are never deleted automatically. */
    pruneDraftsAfterDays: env.PRUNE_DRAFTS_AFTER_DAYS,
    logLevel: env.LOG_LEVEL,
  };
}

function originOf(url: string | undefined): string {
  return url === undefined ? '' : new URL(url).origin;
}
