import { Problem, problem } from '../errors.js';

/**
 * Turns a failure to get any answer into a Problem; Problems and aborts by our own caller pass
 * through.
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
 * An answer that is no HTTP, or larger than this service reads. `advice`: what the caller can do
 * about it, if it is not to try again.
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

/** What undici says of an answer that breaks the protocol; a connection that broke is none. */
function isUnreadable(error: unknown): boolean {
  const { name, code = '', message } = error as { name?: string; code?: string; message?: string };
  const broken = /^UND_ERR_(HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH)$/.test(code);
  return (
    broken || error instanceof UnreadableAnswer || name === 'HTTPParserError' || message === 'bad upgrade'
  );
}

/** Zenodo was waited for as long as its caller is. */
export function zenodoLate(cause?: unknown): Problem {
  return problem('zenodo_timeout', 'Zenodo did not respond in time. Try again later.', {}, cause);
}

/** True for what a deadline of ours is aborted with. */
function isLate(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}
