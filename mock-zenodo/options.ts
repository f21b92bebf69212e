import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

/**
 * Every option of library, CLI (`--kebab-case`) and environment (`MOCK_ZENODO_UPPER_CASE`), with
 * its default.
 */
export const OptionsSchema = Type.Object(
  {
    port: Type.Integer({
      minimum: 0,
      maximum: 65535,
      default: 0,
      description: 'Port to listen on. 0 selects a free port.',
    }),
    host: Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
    publicUrl: Type.Optional(
      Type.String({
        pattern: '^https?://[^/?#\\s]+/?$',
        description: 'Origin of all links, instead of the Host header.',
      }),
    ),
    impersonate: Type.Boolean({
      default: false,
      description: 'Serve HTTPS with a new certificate for zenodo.org, its sandbox and doi.org.',
    }),
    certificate: Type.Optional(
      Type.String({
        description: 'PEM file to write that certificate to. It is deleted when the mock closes.',
      }),
    ),
    data: Type.Optional(Type.String({ description: 'Folder that keeps state and files across restarts.' })),
    hashOnly: Type.Boolean({
      default: false,
      description: 'Store only the checksums of files, not their bytes.',
    }),
    seed: Type.Optional(
      Type.String({ description: 'Seed that makes ids, tokens and the clock deterministic.' }),
    ),
    seedFile: Type.Optional(
      Type.String({ description: 'JSON file with the content of a new mock, as for POST /_mock/seed.' }),
    ),
    keepIds: Type.Boolean({
      default: false,
      description: 'Continue to count ids after a reset instead of starting again.',
    }),
    autoApprove: Type.Boolean({ default: false, description: 'Give consent without showing the page.' }),
    enforceScopes: Type.Boolean({
      default: false,
      description: 'Refuse tokens without the required scope. Zenodo does not.',
    }),
    acceptBasic: Type.Boolean({
      default: false,
      description: 'Accept HTTP Basic at the token endpoint. Zenodo does not.',
    }),
    acceptChunked: Type.Boolean({
      default: false,
      description: 'Accept uploads without Content-Length. Zenodo does not.',
    }),
    report401: Type.Boolean({
      default: false,
      description: 'Respond to invalid tokens with 401. Zenodo responds with 403.',
    }),
    oldErrors: Type.Boolean({
      default: false,
      description:
        'Use the old shapes of Zenodo: `message` in error items, and newversion returns the original.',
    }),
    sandbox: Type.Boolean({
      default: false,
      description: 'Register DOIs with the prefix 10.5072, as the sandbox does.',
    }),
    tokenLifetime: Type.Integer({
      minimum: 1,
      default: 5_184_000,
      description: 'Lifetime of an OAuth access token in seconds.',
    }),
    quota: Type.Integer({
      minimum: 0,
      default: 50_000_000_000,
      description: 'Largest size of a record in bytes.',
    }),
    maxFileSize: Type.Integer({
      minimum: 0,
      default: 50_000_000_000,
      description: 'Largest size of a file in bytes.',
    }),
    maxFiles: Type.Integer({ minimum: 0, default: 100, description: 'Largest number of files of a record.' }),
    maxMultipart: Type.Integer({
      minimum: 0,
      default: 104_857_600,
      description: 'Largest size of an old-style multipart upload in bytes.',
    }),
    rateLimit: Type.Optional(
      Type.String({
        pattern: '^(zenodo|\\d+/min)$',
        description: 'Rate limit: `zenodo` for that of Zenodo, or `N/min`.',
      }),
    ),
    controlToken: Type.Optional(
      Type.String({ description: 'Token that calls to /_mock/ must send in X-Control-Token.' }),
    ),
  },
  { additionalProperties: false },
);

/** Options with all defaults filled in. */
export type Options = Static<typeof OptionsSchema>;

/** What is wrong with the options, one sentence each. */
export class OptionsError extends Error {
  constructor(readonly faults: string[]) {
    super(faults.join('; '));
  }
}

/** Fills in defaults and validates. Throws one OptionsError that lists everything that is wrong. */
export function parseOptions(input: Partial<Options>): Options {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const options = Value.Default(OptionsSchema, given);
  if (!Value.Check(OptionsSchema, options)) throw new OptionsError(faultsOf(options));
  if (options.publicUrl !== undefined) {
    if (!URL.canParse(options.publicUrl)) throw new OptionsError(['publicUrl is not a URL']);
    options.publicUrl = new URL(options.publicUrl).origin;
  }
  return options;
}

function faultsOf(options: unknown): string[] {
  const known = Object.keys(OptionsSchema.properties);
  return [...Value.Errors(OptionsSchema, options)]
    .filter(({ instancePath }) => instancePath !== '')
    .map(({ instancePath, message }) => {
      const name = instancePath.slice(1);
      return known.includes(name) ? `${name} ${message}` : `${name} is not an option`;
    });
}
