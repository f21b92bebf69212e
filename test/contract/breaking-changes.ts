/** As much of an OpenAPI document as is compared. */
export interface Contract {
  info: { version: string };
  paths?: Record<string, Record<string, Operation>>;
  components?: Record<string, Record<string, unknown>>;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: Record<string, Media> };
  responses?: Record<string, Response>;
}

interface Response {
  $ref?: string;
  content?: Record<string, Media>;
}

interface Parameter {
  $ref?: string;
  in: string;
  name: string;
  required?: boolean;
  schema?: Schema;
}

interface Media {
  schema?: Schema;
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  pattern?: string;
  format?: string;
  [limit: string]: unknown;
}

/**
 * A limit where there was none is no change to anybody if it lies as high as this: it ends abuse.
 * Characters, entries.
 */
const GENEROUS = 10_000;

/**
 * Which way a value goes: a caller must still be able to send what they sent, and to read what
 * they read.
 */
type Direction = 'request' | 'response';

/** Limits that exclude more the larger they are, and the smaller they are. */
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];

/**
 * What a caller written for `before` would trip over in `after`, in sentences: calls, statuses,
 * content types and answered properties that are gone; anything newly required of requests, or no
 * longer taken; types of answers that have become wider. Empty if nothing.
 */
export function breakingChanges(before: Contract, after: Contract): string[] {
  const found: string[] = [];
  for (const [path, operations] of Object.entries(before.paths ?? {})) {
    for (const [method, old] of Object.entries(operations)) {
      const call = `${method.toUpperCase()} ${path}`;
      const now = after.paths?.[path]?.[method];
      if (now === undefined) found.push(`${call} is gone`);
      else found.push(...compareCalls(call, [before, old], [after, now]));
    }
  }
  return found;
}

function compareCalls(
  call: string,
  [before, old]: [Contract, Operation],
  [after, now]: [Contract, Operation],
) {
  const found: string[] = [];
  const compare = (where: string, direction: Direction, a?: Schema, b?: Schema) =>
    compareSchemas({ before, after, direction, found }, `${call}: ${where}`, a ?? {}, b ?? {}, []);

  const parameters = parametersOf(before, old);
  const newParameters = parametersOf(after, now);
  for (const [name, parameter] of newParameters) {
    const known = parameters.get(name);
    if (parameter.required && !known?.required) found.push(`${call}: ${name} is required now`);
    if (known) compare(name, 'request', known.schema, parameter.schema);
  }
  for (const name of parameters.keys()) if (!newParameters.has(name)) found.push(`${call}: ${name} is gone`);

  if (now.requestBody?.required && !old.requestBody?.required) found.push(`${call}: a body is required now`);
  for (const [type, { schema }] of Object.entries(old.requestBody?.content ?? {})) {
    const same = now.requestBody?.content?.[type];
    if (same === undefined) found.push(`${call}: a body of ${type} is not taken any more`);
    else compare('body', 'request', schema, same.schema);
  }
  for (const [status, response] of Object.entries(old.responses ?? {})) {
    const answered = now.responses?.[status];
    if (answered === undefined) found.push(`${call}: the status ${status} is gone`);
    const same = answered === undefined ? undefined : resolved(after, answered);
    const content = same === undefined ? {} : (resolved(before, response).content ?? {});
    for (const [type, { schema }] of Object.entries(content)) {
      const media = same?.content?.[type];
      if (media === undefined) found.push(`${call}: ${status} is not ${type} any more`);
      else compare(status, 'response', schema, media.schema);
    }
  }
  return found;
}

interface Comparison {
  before: Contract;
  after: Contract;
  direction: Direction;
  found: string[];
}

/** `seen`: references on the way here, for schemas that hold themselves. */
function compareSchemas(comparison: Comparison, where: string, a: Schema, b: Schema, seen: string[]): void {
  const { before, after, direction, found } = comparison;
  if (a.$ref !== undefined && seen.includes(a.$ref)) return;
  const refs = a.$ref === undefined ? seen : [...seen, a.$ref];
  const old = withAlternatives(before, resolved(before, a));
  const now = withAlternatives(after, resolved(after, b));
  // What a request may be must not shrink, what an answer may be must not grow.
  const [least, most] = direction === 'request' ? [old, now] : [now, old];
  const lost = typesOf(least).filter((type) => !allows(typesOf(most), type));
  if (lost.length > 0)
    found.push(`${where} ${direction === 'request' ? 'cannot' : 'may'} be ${lost.join(', ')} now`);
  const choices = valuesOf(least);
  const allowed = valuesOf(most);
  // Callers must expect values of answers that they do not know; a closed list of what may be sent
  // is a promise.
  if (direction === 'request' && allowed !== null) {
    if (choices === null) found.push(`${where} takes only certain values now`);
    const gone = (choices ?? []).filter((value) => !allowed.includes(value));
    if (gone.length > 0) found.push(`${where} does not take ${gone.map(String).join(', ')} any more`);
  }
  if (direction === 'request')
    found.push(...narrowedLimits(old, now).map((limit) => `${where} has a stricter ${limit}`));

  const required = direction === 'request' ? (now.required ?? []) : (old.required ?? []);
  for (const name of required) {
    if (direction === 'request' && !old.required?.includes(name))
      found.push(`${where}.${name} is required now`);
    if (direction === 'response' && now.properties?.[name] && !now.required?.includes(name)) {
      found.push(`${where}.${name} may be missing now`);
    }
  }
  for (const [name, schema] of Object.entries(old.properties ?? {})) {
    const same = now.properties?.[name];
    if (same !== undefined) compareSchemas(comparison, `${where}.${name}`, schema, same, refs);
    else if (direction === 'response' || now.additionalProperties === false)
      found.push(`${where}.${name} is gone`);
  }
  if (direction === 'request' && now.additionalProperties === false && old.additionalProperties !== false) {
    found.push(`${where} takes no other properties any more`);
  }
  if (old.items && now.items) compareSchemas(comparison, `${where}[]`, old.items, now.items, refs);
  const alternatives = objectsOf(now);
  for (const [i, alternative] of objectsOf(old).entries()) {
    const same = alternatives[i];
    if (same) compareSchemas(comparison, where, alternative, same, refs);
  }
}

function parametersOf(contract: Contract, operation: Operation): Map<string, Parameter> {
  const all = (operation.parameters ?? []).map((parameter) => resolved(contract, parameter));
  // Names of headers have no case.
  return new Map(
    all.map((one) => [`${one.in} ${one.in === 'header' ? one.name.toLowerCase() : one.name}`, one]),
  );
}

function resolved<T extends { $ref?: string }>(contract: Contract, part: T): T {
  const [, kind = '', name = ''] = /^#\/components\/([^/]+)\/([^/]+)$/.exec(part.$ref ?? '') ?? [];
  return part.$ref === undefined ? part : ((contract.components?.[kind]?.[name] ?? {}) as T);
}

/**
 * A schema with what the references among its alternatives lead to. A plain value or null is the
 * same as one of two types.
 */
function withAlternatives(contract: Contract, schema: Schema): Schema {
  if (schema.anyOf === undefined) return schema;
  const { anyOf: given, ...rest } = schema;
  const anyOf = given.map((one) => resolved(contract, one));
  const [plain, none] = anyOf;
  const isPlain = typeof plain?.type === 'string' && plain.type !== 'object' && plain.enum === undefined;
  const isOrNull = anyOf.length === 2 && none?.type === 'null';
  return isPlain && isOrNull ? { ...plain, ...rest, type: [String(plain.type), 'null'] } : { ...rest, anyOf };
}

/** JSON types that a schema allows; `anything` if it does not say. */
function typesOf(schema: Schema): string[] {
  if (schema.anyOf) return [...new Set(schema.anyOf.flatMap(typesOf))];
  return schema.type === undefined ? ['anything'] : [schema.type].flat();
}

function allows(types: string[], type: string): boolean {
  return (
    types.includes(type) || types.includes('anything') || (type === 'integer' && types.includes('number'))
  );
}

/** A closed list of values, null if there is none. */
function valuesOf(schema: Schema): unknown[] | null {
  return schema.const === undefined ? (schema.enum ?? null) : [schema.const];
}

function narrowedLimits(old: Schema, now: Schema): string[] {
  const number = (schema: Schema, name: string, none: number) => Number(schema[name] ?? none);
  return [
    ...LOWER.filter(
      (name) => number(now, name, Number.NEGATIVE_INFINITY) > number(old, name, Number.NEGATIVE_INFINITY),
    ),
    ...UPPER.filter((name) => {
      const limit = number(now, name, Number.POSITIVE_INFINITY);
      const isSafeguard = old[name] === undefined && limit >= GENEROUS;
      return limit < number(old, name, Number.POSITIVE_INFINITY) && !isSafeguard;
    }),
    ...['pattern', 'format'].filter((name) => now[name] !== undefined && now[name] !== old[name]),
  ];
}

/** The alternatives of a value that can be looked into, null left out. */
function objectsOf({ anyOf = [] }: Schema): Schema[] {
  return anyOf.filter(({ type }) => type !== 'null');
}
