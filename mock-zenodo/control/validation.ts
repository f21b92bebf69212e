import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { faultsIn } from '../schema-faults.js';
import { ControlError } from './control-error.js';

/**
 * The value, if it matches the schema. Otherwise throws a 400 that lists all faults and calls the
 * value `what`.
 */
export function checked<S extends TSchema>(schema: S, value: unknown, what: string): Static<S> {
  if (Value.Check(schema, value)) return value;
  const faults = faultsIn(schema, value, '');
  throw new ControlError(400, `The ${what} is not valid.`, [...new Set(faults)]);
}
