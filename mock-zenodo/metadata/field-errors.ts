import type { FieldError } from '../errors.js';
import type { Report } from './checks.js';

/** Collects faults by field, in the order in which they are found. */
export function collectErrors(): { errors: FieldError[]; report: Report } {
  const errors: FieldError[] = [];
  const report: Report = (field, message) => {
    const known = errors.find((error) => error.field === field);
    if (known) known.messages.push(message);
    else errors.push({ field, messages: [message] });
  };
  return { errors, report };
}
