import { writeSync } from 'node:fs';

/** Bytes of lines that may wait for room, and how often it is looked for, in milliseconds. */
const MOST_WAITING = 4 * 1024 * 1024;
const RETRY = 250;

/** Where lines of the log go. */
export interface LogStream {
  write(line: string): void;
  /** Lines that could not be written, since the start. */
  lost(): number;
}

/**
 * Writes lines to a file descriptor without ever waiting for it: where the volume is full, or
 * the pipe is not read, lines wait up to a bound and are then counted as lost. pino's own
 * destination (sonic-boom) stops the process there: it sleeps and writes again until somebody
 * reads, and at the end of the process it repeats for ever what a full volume refuses. `shape`
 * makes of a line what is written.
 */
export function openLogStream(descriptor = 1, shape = (line: string) => line): LogStream {
  // Node makes a pipe non-blocking when it is first looked at: then a write that finds it full says
  // so instead of waiting.
  if (descriptor === 1) void process.stdout;
  const waiting: Buffer[] = [];
  let bytes = 0;
  let lost = 0;
  let timer: NodeJS.Timeout | null = null;

  /** Writes what waits. False if the descriptor takes no more. */
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
  // What the descriptor does not take now is lost, and there is nowhere to say so.
  process.once('exit', drain);

  return {
    write(line) {
      const buffer = Buffer.from(shape(line));
      if (bytes + buffer.length > MOST_WAITING) {
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
