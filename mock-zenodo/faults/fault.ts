import { type Static, Type } from 'typebox';

const text = (description: string) => Type.Optional(Type.String({ description }));
const oneOrMore = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], { description }));

/** When a fault strikes. */
const selection = {
  method: oneOrMore('HTTP method or methods; any if left out.'),
  path: oneOrMore('Path pattern or patterns: `:name` is one segment, `*` anything; any path if left out.'),
  user: text('Only requests of this username.'),
  form: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: 'Only form bodies with these fields (`/oauth/token`).',
    }),
  ),
  times: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      description: 'How often it strikes; null or left out is always.',
    }),
  ),
  after: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Matching requests that it lets pass first.' }),
  ),
  probability: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: 'Chance to strike, 1 if left out.' }),
  ),
  seed: text('Makes the chances repeatable.'),
  ttl: Type.Optional(
    Type.Number({ minimum: 0, description: "Seconds on the mock's clock after which it is gone." }),
  ),
};

/** What a fault does. */
const effects = {
  delay: Type.Optional(
    Type.Number({ minimum: 0, maximum: 3600, description: 'Real seconds to wait before handling.' }),
  ),
  status: Type.Optional(
    Type.Integer({ minimum: 200, maximum: 599, description: 'Answer with this status.' }),
  ),
  body: Type.Optional(Type.Unknown({ description: 'With status: JSON to answer, or a text as it is.' })),
  html: Type.Optional(
    Type.Boolean({ description: "With status: the proxy's HTML page; the default for 413, 502, 503, 504." }),
  ),
  headers: Type.Optional(
    Type.Record(Type.String(), Type.String(), { description: 'Headers to add to the answer.' }),
  ),
  done: Type.Optional(
    Type.Boolean({ description: 'Do what was asked and, if that succeeds, answer with status.' }),
  ),
  drop: Type.Optional(
    Type.Boolean({
      description: 'Do what was asked and, if that succeeds, close the connection unanswered.',
    }),
  ),
  throttleRequest: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, description: 'Bytes per second to read.' }),
  ),
  shared: Type.Optional(
    Type.Boolean({ description: 'With throttleRequest: the rate is that of all such uploads together.' }),
  ),
  throttleResponse: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, description: 'Bytes per second to answer.' }),
  ),
  stopReading: Type.Optional(
    Type.Boolean({ description: 'Stop reading the request body at atBytes or atFraction.' }),
  ),
  reset: Type.Optional(
    Type.Enum(['request', 'response'], {
      type: 'string',
      description: 'Reset the connection at atBytes or atFraction of that body.',
    }),
  ),
  atBytes: Type.Optional(Type.Integer({ minimum: 0, description: 'Bytes that still pass; 0 if left out.' })),
  atFraction: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: 'Part of Content-Length that still passes.' }),
  ),
  replace: Type.Optional(
    Type.Array(
      Type.Object(
        { find: Type.String({ description: 'Regular expression.' }), with: Type.String() },
        { additionalProperties: false },
      ),
      { description: "Changes the answer's text." },
    ),
  ),
  revokeToken: Type.Optional(
    Type.Boolean({ description: 'Delete the token of the request before handling it.' }),
  ),
  lag: Type.Optional(
    Type.Number({ minimum: 0, description: 'Listings miss what is younger than this many seconds.' }),
  ),
};

export const FaultSchema = Type.Object(
  { name: text('One of the named faults; the other fields override its own.'), ...selection, ...effects },
  { additionalProperties: false },
);

/** A fault as it is ordered: a name, or effects, or both. */
export type Fault = Static<typeof FaultSchema>;

/** The names of all fields that do something. */
export const EFFECTS = Object.keys(effects);

export const FaultStateSchema = Type.Object({
  id: Type.String(),
  hits: Type.Integer({ description: 'How often it struck.' }),
  seen: Type.Integer({ description: 'How many requests matched.' }),
  fault: FaultSchema,
});

/** A fault in force. */
export type FaultState = Static<typeof FaultStateSchema>;
