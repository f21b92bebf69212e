import { type Static, Type } from 'typebox';

const text = (description: string) => Type.Optional(Type.String({ description }));
const oneOrMore = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], { description }));

/** When a fault applies. */
const selection = {
  method: oneOrMore('HTTP method or methods. Default: any.'),
  path: oneOrMore(
    'Path pattern or patterns. `:name` matches one segment, `*` matches anything. Default: any path.',
  ),
  user: text('Only requests of the user with this username.'),
  form: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: 'Only form bodies with these fields, as of `/oauth/token`.',
    }),
  ),
  times: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      description: 'Number of times that the fault applies. Null or absent: every time.',
    }),
  ),
  after: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Number of matching requests that pass before the fault applies.',
    }),
  ),
  probability: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: 'Probability that the fault applies. Default: 1.' }),
  ),
  seed: text('Seed that makes the random choices repeatable.'),
  ttl: Type.Optional(
    Type.Number({ minimum: 0, description: "Seconds on the mock's clock after which the fault is removed." }),
  ),
};

/** What a fault does. */
const effects = {
  delay: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 3600,
      description: 'Real seconds to wait before the request is processed.',
    }),
  ),
  status: Type.Optional(
    Type.Integer({ minimum: 200, maximum: 599, description: 'Respond with this status.' }),
  ),
  body: Type.Optional(
    Type.Unknown({ description: 'With `status`: the response body, as JSON. A string is sent unchanged.' }),
  ),
  html: Type.Optional(
    Type.Boolean({
      description: "With `status`: respond with a proxy's HTML page. Default for 413, 502, 503 and 504.",
    }),
  ),
  headers: Type.Optional(
    Type.Record(Type.String(), Type.String(), { description: 'Headers to add to the response.' }),
  ),
  done: Type.Optional(
    Type.Boolean({ description: 'Process the request. If it succeeds, respond with `status` nevertheless.' }),
  ),
  drop: Type.Optional(
    Type.Boolean({
      description: 'Process the request. If it succeeds, close the connection without a response.',
    }),
  ),
  throttleRequest: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, description: 'Bytes of the request body to read per second.' }),
  ),
  shared: Type.Optional(
    Type.Boolean({ description: 'With `throttleRequest`: all such uploads share the rate.' }),
  ),
  throttleResponse: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, description: 'Bytes of the response body to send per second.' }),
  ),
  stopReading: Type.Optional(
    Type.Boolean({ description: 'Stop reading the request body at `atBytes` or `atFraction`.' }),
  ),
  reset: Type.Optional(
    Type.Enum(['request', 'response'], {
      type: 'string',
      description: 'Reset the connection at `atBytes` or `atFraction` of the request or response body.',
    }),
  ),
  atBytes: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Number of bytes that pass first. Default: 0.' }),
  ),
  atFraction: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: 'Fraction of Content-Length that passes first.' }),
  ),
  replace: Type.Optional(
    Type.Array(
      Type.Object(
        { find: Type.String({ description: 'Regular expression.' }), with: Type.String() },
        { additionalProperties: false },
      ),
      { description: 'Replacements in the text of the response.' },
    ),
  ),
  revokeToken: Type.Optional(
    Type.Boolean({ description: 'Delete the token of the request before the request is processed.' }),
  ),
  lag: Type.Optional(
    Type.Number({ minimum: 0, description: 'Seconds by which listings lag. Newer items are omitted.' }),
  ),
};

export const FaultSchema = Type.Object(
  {
    name: text('Name of a named fault. The other fields override those of the named fault.'),
    ...selection,
    ...effects,
  },
  { additionalProperties: false },
);

/** A fault as it is added: a name, or effects, or both. */
export type Fault = Static<typeof FaultSchema>;

/** The names of all effects. */
export const EFFECTS = Object.keys(effects);

export const FaultStateSchema = Type.Object({
  id: Type.String(),
  hits: Type.Integer({ description: 'Number of times that the fault applied.' }),
  seen: Type.Integer({ description: 'Number of requests that matched.' }),
  fault: FaultSchema,
});

/** An active fault. */
export type FaultState = Static<typeof FaultStateSchema>;
