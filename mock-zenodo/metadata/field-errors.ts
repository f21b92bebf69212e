import type { FieldError } from '../errors.js';
import type { Report } from './checks.js';

/** Collects faults by field, in the order in which they are found. */
export function collectErrors(): { errors: FieldError[]; report: Report } {
  const errors: FieldError[] = [];
  const byField = new Map<string, FieldError>();
  const report: Report = (field, message) => {
    const known = byField.get(field);
    if (known !== undefined) {
      known.messages.push(message);
      return;
    }
    const error = { field, messages: [message] };
    byField.set(field, error);
    errors.push(error);
  };
  return { errors, report };
}
