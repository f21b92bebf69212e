import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { ControlError } from './control-error.js';

/** The value if it has the schema's shape; otherwise throws a 400 that lists everything wrong, called by `what` it is. */
export function checked<S extends TSchema>(schema: S, value: unknown, what: string): Static<S> {
  if (Value.Check(schema, value)) return value;
  const faults = [...Value.Errors(schema, value)]
    .filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'additionalProperties')
    .map(({ instancePath, keyword, message }) => {
      const place = instancePath.slice(1).replaceAll('/', '.');
      return keyword === 'boolean' ? `${place} is not a field` : `${place} ${message}`.trim();
    });
  throw new ControlError(400, `The ${what} is not as it should be.`, [...new Set(faults)]);
}
