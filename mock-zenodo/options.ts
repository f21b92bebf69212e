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
      description: 'Port to listen on; 0 takes a free one.',
    }),
    host: Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
    publicUrl: Type.Optional(
      Type.String({
        pattern: '^https?://[^/?#\\s]+/?$',
        description: 'Origin that all links use instead of the Host header.',
      }),
    ),
    impersonate: Type.Boolean({
      default: false,
      description:
        'Serve HTTPS with a certificate for zenodo.org, its sandbox and doi.org, made at each start.',
    }),
    certificate: Type.Optional(
      Type.String({ description: 'File for that certificate (PEM); it goes when the mock closes.' }),
    ),
    data: Type.Optional(Type.String({ description: 'Folder that keeps state and files over a restart.' })),
    hashOnly: Type.Boolean({ default: false, description: 'Keep checksums of files, not their bytes.' }),
    seed: Type.Optional(Type.String({ description: 'Makes ids, tokens and the clock deterministic.' })),
    seedFile: Type.Optional(
      Type.String({ description: 'JSON file with what a fresh mock holds, as for POST /_mock/seed.' }),
    ),
    keepIds: Type.Boolean({
      default: false,
      description: 'A reset counts ids on instead of beginning anew.',
    }),
    autoApprove: Type.Boolean({ default: false, description: 'Consent is given without showing the page.' }),
    enforceScopes: Type.Boolean({
      default: false,
      description: 'Refuse tokens without the scope; Zenodo does not.',
    }),
    acceptBasic: Type.Boolean({
      default: false,
      description: 'Accept HTTP Basic at the token endpoint; Zenodo does not.',
    }),
    acceptChunked: Type.Boolean({
      default: false,
      description: 'Accept uploads without Content-Length; Zenodo does not.',
    }),
    report401: Type.Boolean({
      default: false,
      description: 'Answer 401 to dead tokens; Zenodo answers 403.',
    }),
    oldErrors: Type.Boolean({
      default: false,
      description: 'Old platform shapes: `message` in error items, newversion answers the original.',
    }),
    sandbox: Type.Boolean({
      default: false,
      description: 'Register DOIs under 10.5072, as the sandbox does.',
    }),
    tokenLifetime: Type.Integer({
      minimum: 1,
      default: 5_184_000,
      description: 'Life of an OAuth access token in seconds.',
    }),
    quota: Type.Integer({ minimum: 0, default: 50_000_000_000, description: 'Bytes per record.' }),
    maxFileSize: Type.Integer({ minimum: 0, default: 50_000_000_000, description: 'Bytes per file.' }),
    maxFiles: Type.Integer({ minimum: 0, default: 100, description: 'Files per record.' }),
    maxMultipart: Type.Integer({
      minimum: 0,
      default: 104_857_600,
      description: 'Bytes of an old-style multipart upload.',
    }),
    rateLimit: Type.Optional(
      Type.String({ pattern: '^(zenodo|\\d+/min)$', description: 'Refuse beyond `zenodo` or `N/min`.' }),
    ),
    controlToken: Type.Optional(Type.String({ description: 'Required in X-Control-Token for /_mock/.' })),
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

/** Fills in defaults and checks; throws one OptionsError that lists everything wrong. */
export function parseOptions(input: Partial<Options>): Options {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const options = Value.Default(OptionsSchema, given);
  if (!Value.Check(OptionsSchema, options)) throw new OptionsError(faultsOf(options));
  if (options.publicUrl !== undefined) options.publicUrl = options.publicUrl.replace(/\/$/, '');
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
