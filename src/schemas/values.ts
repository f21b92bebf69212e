import { type TSchema, Type } from 'typebox';

/**
 * Limits of what a caller may send, in characters and entries: far above what honest callers need,
 * and low enough that reading it is short.
 */
export const MOST = {
  text: 10_000,
  longText: 1_000_000,
  token: 10_000,
  manifest: 10 * 1024 * 1024,
  entries: 10_000,
};

/**
 * Limits of whatever is sent, at any depth: those of texts count for texts, those of lists for
 * lists. Objects stand behind a condition, because generators of clients would take a schema with
 * properties for one of an object alone.
 */
function limited(ref: string, longest: number, properties: Record<string, TSchema> = {}) {
  const inner = { $ref: `${ref}#` };
  return {
    maxLength: longest,
    maxItems: MOST.entries,
    maxProperties: MOST.entries,
    items: inner,
    if: { type: 'object' },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties, additionalProperties: inner },
  };
}

/** Whatever a caller writes in a field that is read tolerantly, within limits. */
export const ValueSchema = Type.Unsafe<unknown>({
  $id: 'Value',
  description: 'Any JSON value, each of whose texts and lists is within the limits.',
  ...limited('Value', MOST.text),
});

/** The same where a text may be a description. */
export const LongValueSchema = Type.Unsafe<unknown>({
  $id: 'LongValue',
  description:
    'Any JSON value, each of whose texts, which may be descriptions, and lists is within the limits.',
  ...limited('LongValue', MOST.longText),
});

/** Fields that no schema names: containers have many spellings. */
export const LongValueRef = Type.Unsafe<unknown>({ $ref: 'LongValue#' });

/** A field that is read tolerantly. */
export const Anything = (description: string, properties: Record<string, TSchema> = {}) =>
  Type.Optional(Type.Unsafe<unknown>({ ...limited('Value', MOST.text, properties), description }));

/** The same for one that holds a description, or may. */
export const AnythingLong = (description: string) =>
  Type.Optional(Type.Unsafe<unknown>({ ...limited('LongValue', MOST.longText), description }));

/** The field that may carry the access token. JSON null counts as absent. */
export const TokenFieldSchema = Type.Union([Type.String({ maxLength: MOST.token }), Type.Null()]);

export const AccessTokenSchema = Type.Optional(TokenFieldSchema);
