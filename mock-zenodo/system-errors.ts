import { getSystemErrorMap } from 'node:util';

/**
 * Why the system refused something: `no such file or directory`. The message itself of any other
 * error.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errno } = error as NodeJS.ErrnoException;
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? error.message;
}

/** The code of an error of Node's, such as `ENOENT`; undefined for any other. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** An error that says what cannot be, and why, with the code of its cause. */
export function because(what: string, cause: unknown): Error {
  return Object.assign(new Error(`${what}: ${reasonOf(cause)}.`, { cause }), { code: codeOf(cause) });
}
