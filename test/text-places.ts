import type { Operation, Schema } from '../contract/document.js';

/** Where in a call a caller may write a text. */
export interface TextPlace {
  /** As in `POST /depositions body.contributors.0.name`. */
  name: string;
  operation: Operation;
  in: 'path' | 'query' | 'header' | 'json' | 'form';
  /** The name of a parameter or field, or the way through the JSON body. */
  way: readonly (string | number)[];
  /** Characters that the schema takes; null if it does not say. */
  longest: number | null;
  /** Whether a text of any length is valid there. Files are not judged by their schema. */
  isEndless: boolean;
}

/** Every place of every call where a text may stand, as the schemas have it. */
export function textPlaces(operations: readonly Operation[]): TextPlace[] {
  return operations.flatMap((operation) => {
    const places: TextPlace[] = [];
    const add = (kind: TextPlace['in'], way: readonly (string | number)[], schema: Schema) => {
      const longest = typeof schema['maxLength'] === 'number' ? schema['maxLength'] : null;
      const name = `${operation.method} ${operation.path} ${kind} ${way.join('.')}`;
      const isEndless =
        longest === null &&
        canBeText(schema) &&
        !['enum', 'const', 'pattern', 'format'].some((key) => key in schema);
      if (!places.some((one) => one.name === name))
        places.push({ name, operation, in: kind, way, longest, isEndless });
    };
    for (const { name, in: kind, schema } of operation.parameters) {
      // Numbers are texts on the wire, too.
      if (kind !== 'cookie') add(kind, [name], schema);
    }
    const { 'application/json': json, 'multipart/form-data': form } = operation.body;
    if (json?.schema) walk(json.schema, json.schema, [], (way, schema) => add('json', way, schema));
    if (form?.schema) walk(form.schema, form.schema, [], (way, schema) => add('form', way, schema));
    return places;
  });
}

function canBeText({ type, anyOf }: Schema): boolean {
  if (Array.isArray(anyOf)) return (anyOf as Schema[]).some(canBeText);
  return type === undefined || [type].flat().includes('string');
}

/** Stands for members whose names are not known. */
const ANY_MEMBER = 'name';

/** How deep what may be anything is looked into: `[{ name: text }]`. */
const MAX_FREE = 2;

function walk(
  written: Schema,
  root: Schema,
  way: readonly (string | number)[],
  found: (way: readonly (string | number)[], schema: Schema) => void,
  free = 0,
): void {
  const schema = resolved(written, root);
  const choices = [schema['anyOf'], schema['oneOf'], schema['allOf']].flat().filter(Boolean);
  const types = [schema['type']].flat();
  const isAny = schema['type'] === undefined && choices.length === 0;
  const again = (inner: unknown, ...more: (string | number)[]) => {
    if (typeof inner !== 'object' || inner === null) return;
    walk(inner as Schema, root, [...way, ...more], found, isAny ? free + 1 : free);
  };
  for (const choice of choices) again(choice);
  if (types.includes('string') || isAny) found(way, schema);
  if (isAny && free >= MAX_FREE) return;
  if (types.includes('array') || isAny) again(schema['items'], 0);
  for (const object of [schema, schema['then']]) {
    if (typeof object !== 'object' || object === null) continue;
    const { properties = {}, additionalProperties } = object as Schema;
    for (const [name, one] of Object.entries(properties as Record<string, unknown>)) again(one, name);
    again(additionalProperties, ANY_MEMBER);
  }
}

function resolved(schema: Schema, root: Schema): Schema {
  const name = /^#\/components\/schemas\/([\w.-]+)$/.exec(String(schema['$ref'] ?? ''))?.[1];
  if (name === undefined) return schema;
  const { schemas } = root['components'] as { schemas: Record<string, Schema> };
  const found = schemas[name];
  if (found === undefined) throw new Error(`${name} is no schema`);
  // What stands beside a reference narrows it.
  const { $ref: _, ...beside } = schema;
  return { ...resolved(found, root), ...beside };
}
