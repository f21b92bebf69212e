import { getSystemErrorMap } from 'node:util';

/**
 * Why the system refused something: `no such file or directory`. For other errors, their message.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errno } = error as NodeJS.ErrnoException;
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? error.message;
}

/** The code of a Node.js error, such as `ENOENT`. Undefined for any other error. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** An error that says what failed and why, with the code of its cause. */
export function because(what: string, cause: unknown): Error {
  return Object.assign(new Error(`${what}: ${reasonOf(cause)}.`, { cause }), { code: codeOf(cause) });
}
