import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { FieldFault } from '../errors.js';
import type { Content } from './record.js';

/**
 * What is wrong with a record, by its own paths. Unknown keys are listed separately, because Zenodo
 * drops them.
 */
export interface RecordFaults {
  faults: FieldFault[];
  unknown: string[];
}

/** Adds the violations of a schema to the faults found before. */
export function schemaFaults(
  schema: TSchema,
  value: Content,
  root: string,
  { faults, unknown }: RecordFaults,
): void {
  if (Value.Check(schema, value)) return;
  for (const { keyword, instancePath, params, message } of Value.Errors(schema, value)) {
    const at = [
      root,
      ...instancePath
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
    ].join('.');
    const { additionalProperties, requiredProperties, allowedValues, limit } = params as Record<
      string,
      unknown
    >;
    if (keyword === 'boolean') continue;
    if (Array.isArray(additionalProperties))
      unknown.push(...additionalProperties.map((key) => `${at}.${key}`));
    else if (Array.isArray(requiredProperties)) {
      faults.push(...requiredProperties.map((key) => ({ field: `${at}.${key}`, message: 'is missing' })));
    } else if (Array.isArray(allowedValues)) {
      const few =
        allowedValues.length <= 24 ? `must be one of ${allowedValues.join(', ')}` : 'is none of Zenodo’s';
      faults.push({ field: at, message: few });
    } else if (keyword === 'minLength') {
      faults.push({
        field: at,
        message: limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`,
      });
    } else if (keyword === 'maxLength') {
      faults.push({ field: at, message: `must have at most ${limit} characters` });
    } else if (!faults.some((one) => one.field === at)) faults.push({ field: at, message });
  }
}
