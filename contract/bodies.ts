import fc, { type Arbitrary } from 'fast-check';
import { CONTAINER, TOKEN } from './call.js';
import type { Operation, Schema } from './document.js';
import { brokenForms, formsOf } from './form.js';
import { propertiesOf, valuesOf } from './values.js';

/** A body as it is sent. */
export interface Body {
  type: string;
  bytes: Buffer;
  /** Why the contract does not allow it. */
  forbidden?: string;
}

/** Bodies for a call; null means no body. */
interface Bodies {
  good: Arbitrary<Body | null>;
  /** Bodies that violate the schema; null if there are none. */
  bad: Arbitrary<Body> | null;
  /** Bodies that are rejected before any schema; null if there are none. */
  broken: Arbitrary<Body | null> | null;
  /** Whether the body can contain the access token. */
  takesToken: boolean;
}

const JSON_TYPE = 'application/json';

/**
 * Reads which bodies a call accepts. With `token`, they contain the placeholder of the access
 * token.
 */
export function bodiesOf(operation: Operation, callbackUrl: string, token: boolean): Bodies {
  const { body, bodyRequired } = operation;
  const form = body['multipart/form-data']?.schema;
  if (form !== undefined) {
    const first = token ? TOKEN : null;
    return { good: formsOf(form, first), bad: null, broken: brokenForms(first), takesToken: true };
  }
  const json = body[JSON_TYPE]?.schema;
  if (json !== undefined) return jsonBodies(json, bodyRequired, callbackUrl, token);
  const [type] = Object.keys(body);
  if (type === undefined) return { good: fc.constant(null), bad: null, broken: null, takesToken: false };
  return {
    good: fc
      .uint8Array({ minLength: 1, maxLength: 2000 })
      .map((bytes) => ({ type, bytes: Buffer.from(bytes) })),
    bad: null,
    broken: fc.constantFrom(
      { type, bytes: Buffer.alloc(0) },
      { type: 'multipart/form-data; boundary=x', bytes: Buffer.from('--x--'), forbidden: 'a form' },
    ),
    takesToken: false,
  };
}

function jsonBodies(schema: Schema, required: boolean, callbackUrl: string, token: boolean): Bodies {
  const named = {
    access_token: fc.constant(undefined),
    // Only containers of this run may be found or created.
    container_id: fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }).map((end) => `${CONTAINER}-${end}`),
      fc.integer({ min: 8 * 10 ** 15, max: 9 * 10 ** 15 }),
    ),
    django_callback_url: fc.oneof(fc.constant(callbackUrl), fc.webUrl({ validSchemes: ['http'] })),
  };
  const { good, bad } = valuesOf(schema, named, withContainer(schema));
  const plain = (value: unknown): Body => ({
    type: JSON_TYPE,
    bytes: Buffer.from(JSON.stringify(withToken(value, token))),
  });
  const own = Buffer.from(JSON.stringify({ container_id: `${CONTAINER}-plain` }));
  const bodies = good.filter((value) => !token || isObject(value)).map(plain);
  return {
    good:
      required || token
        ? bodies
        : fc.oneof({ weight: 4, arbitrary: bodies }, { weight: 1, arbitrary: fc.constant(null) }),
    bad:
      bad?.map((value) => ({ ...plain(value), forbidden: 'a body that its schema does not allow' })) ?? null,
    broken: fc.constantFrom<Body | null>(
      ...['{"a": ', '[1,]', 'a=b', '\0', '"\ud800', '{"a":\u00a01}', '['.repeat(50_000)].map((text) => ({
        type: JSON_TYPE,
        bytes: Buffer.from(text),
        forbidden: 'a body that is not JSON',
      })),
      { type: JSON_TYPE, bytes: Buffer.from([0x7b, 0xff, 0xfe]), forbidden: 'a body that is not UTF-8' },
      { type: 'text/csv', bytes: Buffer.from('a,b'), forbidden: 'a body of another content type' },
      { type: '', bytes: own },
      { type: JSON_TYPE, bytes: Buffer.alloc(0) },
      { type: 'application/json; charset=utf-8', bytes: own },
      { type: 'application/x-www-form-urlencoded', bytes: Buffer.from('a=b&a=c&__proto__=1') },
      { type: JSON_TYPE, bytes: Buffer.from('{"__proto__": {"a": 1}, "constructor": {"prototype": {}}}') },
      null,
    ),
    takesToken: true,
  };
}

/**
 * Always with a container of this run. Without one, the service may use that of the token, which
 * belongs to somebody.
 */
function withContainer(schema: Schema): Schema {
  if (!('container_id' in propertiesOf(schema)) || schema['type'] === undefined) return schema;
  return { ...schema, required: [...new Set([...((schema['required'] ?? []) as string[]), 'container_id'])] };
}

function withToken(value: unknown, token: boolean): unknown {
  return token && isObject(value) ? { ...value, access_token: TOKEN } : value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
