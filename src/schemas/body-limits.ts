import { type TSchema, Type } from 'typebox';

/**
 * Limits of what a caller may send, in characters and entries. They are far above what callers
 * need, and low enough that parsing stays fast.
 */
export const MAX = {
  text: 10_000,
  longText: 1_000_000,
  token: 10_000,
  manifest: 10 * 1024 * 1024,
  /** A body with a manifest of that size, in JSON. Bytes. */
  manifestBody: 12 * 1024 * 1024,
  entries: 10_000,
  /** A field `sizes` or `md5s` of a form. Longer lists can be split into several of one name. */
  list: 1024 * 1024,
  /** Files in one upload. A draft has fewer, because folders become one file each. */
  files: 20_000,
  /** What Node takes of the head of a request: its URL and all headers. */
  head: 16 * 1024,
};

/**
 * Limits for any JSON value, at any depth. Objects are behind a condition, because generators of
 * clients would read a schema with `properties` as an object only.
 */
function limited(ref: string, longest: number, properties: Record<string, TSchema> = {}) {
  const inner = { $ref: `${ref}#` };
  return {
    maxLength: longest,
    maxItems: MAX.entries,
    maxProperties: MAX.entries,
    items: inner,
    if: { type: 'object' },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties, additionalProperties: inner },
  };
}

/** Any value of a field that is read tolerantly, within limits. */
export const ValueSchema = Type.Unsafe<unknown>({
  $id: 'Value',
  description: 'Any JSON value whose strings, lists and objects are within the limits.',
  ...limited('Value', MAX.text),
});

/** The same for a field in which a string may be a description. */
export const LongValueSchema = Type.Unsafe<unknown>({
  $id: 'LongValue',
  description:
    'Any JSON value whose strings, lists and objects are within the limits. Its strings may be as long as a description.',
  ...limited('LongValue', MAX.longText),
});

/** Fields that no schema names, because containers spell them in many ways. */
export const LongValueRef = Type.Unsafe<unknown>({ $ref: 'LongValue#' });

/** A field that is read tolerantly. */
export const Anything = (description: string, properties: Record<string, TSchema> = {}) =>
  Type.Optional(Type.Unsafe<unknown>({ ...limited('Value', MAX.text, properties), description }));

/** The same for a field that may have a description. */
export const AnythingLong = (description: string) =>
  Type.Optional(Type.Unsafe<unknown>({ ...limited('LongValue', MAX.longText), description }));

/** The field that may carry the access token. JSON null counts as absent. */
export const TokenFieldSchema = Type.Union([Type.String({ maxLength: MAX.token }), Type.Null()]);

export const AccessTokenSchema = Type.Optional(TokenFieldSchema);

/** A body with only the access token. */
export const TokenObjectSchema = Type.Object(
  { access_token: AccessTokenSchema },
  { additionalProperties: false },
);

/** The body of a call that needs only the access token. The token may also be in the header. */
export const TokenBodySchema = Type.Union([TokenObjectSchema, Type.Null()]);

/** What an error means for the user. */
export const UserMessageSchema = Type.String({
  description:
    'One or two plain sentences to show to the user, in English or German according to `Accept-Language`.',
});
