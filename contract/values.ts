import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc, { type Arbitrary } from 'fast-check';
import type { Schema } from './document.js';

/** Values for a schema of a request. */
interface Values {
  /** Values that it allows. */
  good: Arbitrary<unknown>;
  /** Values that it forbids; null if it forbids nothing. */
  bad: Arbitrary<unknown> | null;
}

const ajv = new Ajv2020({ strict: false });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);

/**
 * Reads a schema. `named` provides the values of properties that cannot have just any value, by
 * name. Valid values also fulfil `narrower`, if it is given.
 */
export function valuesOf(
  schema: Schema,
  named: Record<string, Arbitrary<unknown>> = {},
  narrower: Schema = schema,
): Values {
  const allows = ajv.compile(schema);
  const good = anyOf(narrower, named).filter((value) => allows(value));
  if (allows(null) && allows([]) && allows('') && allows({ _: 1 })) return { good, bad: null };
  const spoiled = good.chain((value) => spoil(value, schema, named));
  return { good, bad: fc.oneof(spoiled, JUNK).filter((value) => !allows(value)) };
}

/** Texts that break code written with plain texts in mind. None can be mistaken for a link. */
export const TEXT = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'null',
    'a\nb',
    '\u202e',
    '../../etc/passwd',
    "'; --",
    '<b>&amp;',
    '٣',
    'é',
    'x'.repeat(300),
  ),
);

const JUNK: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e300, '', [], {}, [[]], [null]),
  TEXT,
);

const ANYTHING = fc.oneof(
  { weight: 3, arbitrary: TEXT as Arbitrary<unknown> },
  { weight: 1, arbitrary: fc.array(TEXT, { maxLength: 4 }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

function anyOf(schema: Schema, named: Record<string, Arbitrary<unknown>>): Arbitrary<unknown> {
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (choices !== undefined) return fc.oneof(...choices.map((one) => anyOf(one, named)));
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum']);
  const types = schema['type'] === undefined ? [] : [schema['type']].flat();
  if (types.length === 0) return ANYTHING;
  return fc.oneof(...types.map((type) => ofType(String(type), schema, named)));
}

function ofType(type: string, schema: Schema, named: Record<string, Arbitrary<unknown>>): Arbitrary<unknown> {
  const number = (name: string) => schema[name] as number | undefined;
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({ min: number('minimum') ?? -(2 ** 31), max: number('maximum') ?? 2 ** 31 });
    case 'array':
      return fc.array(anyOf((schema['items'] ?? {}) as Schema, named), {
        minLength: number('minItems') ?? 0,
        maxLength: number('maxItems') ?? 4,
      });
    case 'object':
      return anObject(schema, named);
    default:
      return aText(schema);
  }
}

/**
 * With only a few optional properties at once: since each may be refused, bodies with many would
 * hardly ever be accepted.
 */
function anObject(schema: Schema, named: Record<string, Arbitrary<unknown>>): Arbitrary<unknown> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const known = Object.fromEntries(properties.map(([name, one]) => [name, named[name] ?? anyOf(one, named)]));
  const required = (schema['required'] ?? []) as string[];
  const optional = Object.keys(known).filter((name) => !required.includes(name));
  const made = fc
    .subarray(optional, { maxLength: Math.min(optional.length, 3) })
    .chain((some) =>
      fc.record(Object.fromEntries([...required, ...some].map((name) => [name, known[name] ?? ANYTHING]))),
    );
  if (schema['additionalProperties'] === false) return made;
  const unknown = TEXT.filter((name) => !(name in known));
  const others = fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(unknown, ANYTHING, { maxKeys: 2 }) },
  );
  return fc.tuple(made, others).map(([one, more]) => ({ ...more, ...one }));
}

/** A text. Values that the description names in backticks are the interesting ones. */
function aText(schema: Schema): Arbitrary<unknown> {
  const minLength = (schema['minLength'] as number | undefined) ?? 0;
  const maxLength = Math.min((schema['maxLength'] as number | undefined) ?? 300, 300);
  if (schema['format'] === 'uuid') return fc.uuid({ version: 4 });
  if (typeof schema['pattern'] === 'string') return fc.stringMatching(new RegExp(schema['pattern']));
  const hints = [...String(schema['description'] ?? '').matchAll(/`([^`]+)`/g)].map(([, hint = '']) => hint);
  const texts = TEXT.filter((text) => text.length >= minLength && text.length <= maxLength);
  return hints.length === 0 ? texts : fc.oneof(texts, fc.constantFrom(...hints));
}

/** A value with one fault: a property missing, one too many, or one of another type. */
function spoil(
  value: unknown,
  schema: Schema,
  named: Record<string, Arbitrary<unknown>>,
): Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return tooLong(schema);
  const known = propertiesOf(schema);
  const names = Object.keys(known).filter((name) => !(name in named) || name === 'container_id');
  const surplus = fc.constant({ ...value, unheard_of: 1 });
  if (names.length === 0) return surplus;
  return fc.oneof(
    surplus,
    fc.constantFrom(...names).map((name) => {
      const { [name]: _, ...rest } = value as Record<string, unknown>;
      return rest;
    }),
    fc
      .constantFrom(...names)
      .chain((name) =>
        fc.oneof(JUNK, tooLong(known[name] ?? {})).map((wrong) => ({ ...value, [name]: wrong })),
      ),
  );
}

function tooLong(schema: Schema): Arbitrary<unknown> {
  const limits = [schema, ...((schema['anyOf'] ?? []) as Schema[])].map((one) =>
    Number(one['maxLength'] ?? 0),
  );
  return fc.constant('x'.repeat(Math.min(Math.max(...limits), 10_000) + 1));
}

/** What an object may contain, also if null is allowed instead. */
export function propertiesOf(schema: Schema): Record<string, Schema> {
  const choices = (schema['anyOf'] ?? []) as Schema[];
  return Object.assign({}, schema['properties'], ...choices.map((one) => one['properties']));
}
