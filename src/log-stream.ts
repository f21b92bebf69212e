import { writeSync } from 'node:fs';

/** Bytes of lines that may wait, and the milliseconds between two attempts to write them. */
const MAX_WAITING = 4 * 1024 * 1024;
const RETRY = 250;

/** The destination of log lines. */
export interface LogStream {
  write(line: string): void;
  /** Number of lines that were lost since the start. */
  lost(): number;
}

/**
 * Writes lines to a file descriptor without blocking. While the volume is full or the pipe is not
 * read, lines wait up to a limit, and further lines are counted as lost. pino's own destination
 * (sonic-boom) would block the process: it sleeps and retries until the pipe is read, and on exit
 * it retries for ever on a full volume. `shape` turns a line into what is written.
 */
export function openLogStream(descriptor = 1, shape = (line: string) => line): LogStream {
  // Reading `process.stdout` makes a pipe non-blocking, so that a write to a full one fails at
  // once.
  if (descriptor === 1) void process.stdout;
  const waiting: Buffer[] = [];
  let bytes = 0;
  let lost = 0;
  let timer: NodeJS.Timeout | null = null;

  /** Writes waiting lines. False if the descriptor accepts no more. */
  const drain = (): boolean => {
    try {
      for (let [first] = waiting; first !== undefined; [first] = waiting) {
        const count = writeSync(descriptor, first);
        bytes -= count;
        if (count < first.length) waiting[0] = first.subarray(count);
        else waiting.shift();
      }
      return true;
    } catch {
      return false;
    }
  };
  const tryLater = () => {
    timer ??= setTimeout(() => {
      timer = null;
      if (!drain()) tryLater();
    }, RETRY).unref();
  };
  // What cannot be written now is lost, and cannot be reported.
  process.once('exit', drain);

  return {
    write(line) {
      const buffer = Buffer.from(shape(line));
      if (bytes + buffer.length > MAX_WAITING) {
        lost += 1;
        return;
      }
      waiting.push(buffer);
      bytes += buffer.length;
      if (timer === null && !drain()) tryLater();
    },
    lost: () => lost,
  };
}
