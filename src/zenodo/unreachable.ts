import { Problem, problem } from '../errors.js';

/**
 * Turns a failure to get an answer into a Problem. Problems, and aborts by the caller, are returned
 * as they are.
 */
export function unreachable(error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof Problem) return error;
  if (signal?.aborted && !isLate(signal.reason)) return signal.reason;
  const { code } = error as { code?: string };
  const late =
    isLate(error) || isLate(signal?.reason) || (code ?? '').endsWith('_TIMEOUT') || code === 'ETIMEDOUT';
  if (!late && isUnreadable(error)) {
    const advice = (error instanceof UnreadableAnswer ? error.advice : null) ?? 'Try again later.';
    return problem('zenodo_invalid_answer', `Zenodo’s response cannot be read. ${advice}`, {}, error);
  }
  return late
    ? zenodoLate(error)
    : problem('zenodo_unreachable', 'The connection to Zenodo failed. Try again later.', {}, error);
}

/**
 * An answer that is not HTTP, or too large. `advice`: what the caller can do instead of trying
 * again.
 */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';

  constructor(
    message: string,
    readonly advice: string | null = null,
  ) {
    super(message);
  }
}

/**
 * undici's errors for an answer that violates the protocol. A broken connection is not one of
 * these.
 */
function isUnreadable(error: unknown): boolean {
  const { name, code = '', message } = error as { name?: string; code?: string; message?: string };
  const broken = /^UND_ERR_(HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH)$/.test(code);
  return (
    broken || error instanceof UnreadableAnswer || name === 'HTTPParserError' || message === 'bad upgrade'
  );
}

/** Zenodo did not answer within the caller's time. */
export function zenodoLate(cause?: unknown): Problem {
  return problem('zenodo_timeout', 'Zenodo did not respond in time. Try again later.', {}, cause);
}

/** Whether a deadline of this service aborted with this reason. */
function isLate(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}
