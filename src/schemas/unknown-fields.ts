import type { TObject } from 'typebox';

/**
 * A warning for each field of a body that its schema does not know. Such fields are accepted and
 * ignored.
 */
export function unknownFields(body: object, schema: TObject): string[] {
  return Object.keys(body)
    .filter((name) => !(name in schema.properties))
    .slice(0, 20)
    .map((name) => `The field ${JSON.stringify(name.slice(0, 64))} is unknown and was ignored.`);
}
