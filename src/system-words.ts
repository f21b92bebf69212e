import { getSystemErrorMap } from 'node:util';

/**
 * What the system says about what it refused, without the path: `no such file or directory`. The
 * message itself of an error that does not come from the system.
 */
export function systemWords(error: Error): string {
  const { errno } = error as NodeJS.ErrnoException;
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? error.message;
}
