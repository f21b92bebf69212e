import { DomainError } from '../errors.js';
import { FaultError } from '../faults/engine.js';
import { ControlError } from './control-error.js';

/** The response of the control API to any error. */
export function controlError(error: unknown): ControlError {
  if (error instanceof ControlError) return error;
  if (error instanceof FaultError) return new ControlError(400, error.message);
  if (error instanceof DomainError) {
    const details = (error.errors ?? []).map(({ field, messages }) => `${field}: ${messages.join(' ')}`);
    return new ControlError(error.status, error.message, details);
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return new ControlError(status, error instanceof Error ? error.message : 'Something went wrong.');
}

/** Does something for one part of a body. Errors begin with its place. */
export function at<T>(place: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ControlError || error instanceof DomainError)) throw error;
    const { status, message, details } = controlError(error);
    throw new ControlError(status, `${place}: ${message}`, details);
  }
}
