import { getSystemErrorMap } from 'node:util';

/**
 * The message of a system error without the path, such as `no such file or directory`. For other
 * errors, their message.
 */
export function systemMessage(error: Error): string {
  const { errno } = error as NodeJS.ErrnoException;
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? error.message;
}
