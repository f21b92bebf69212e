import { problem } from '../../errors.js';
import { whenAborted } from '../../time.js';
import type { UploadsContext } from '../context.js';
import type { OutgoingFile } from '../outgoing-file.js';

/** The assumed speed of Zenodo's checksums before it answers, in bytes per millisecond. */
const CHECKSUM_RATE = 20_000;

/** The body of one PUT, and what ends it early. */
export interface GuardedBody {
  body: AsyncIterable<Uint8Array>;
  signal: AbortSignal;
  /** What went wrong on this side of the body. */
  failure(): unknown;
  stop(): void;
}

/**
 * Reads the bytes of a file and watches both sides: Zenodo must keep accepting them and finally
 * answer (else zenodo_timeout), and bytes must keep arriving (else WaitTimeout).
 */
export function guardBody(
  { timings: { stall, starve }, metrics }: Pick<UploadsContext, 'timings' | 'metrics'>,
  file: OutgoingFile,
  signal: AbortSignal,
): GuardedBody {
  const control = new AbortController();
  const giveUp = () => control.abort(signal.reason);
  whenAborted(signal, giveUp);
  let failure: unknown;
  // The wait for a connection counts as well.
  let timer = setTimeout(() => control.abort(stalled(file.name)), stall);
  let stopped = false;

  async function* bytes() {
    file.sent = 0;
    clearTimeout(timer);
    try {
      for await (const chunk of file.staged.follow(file.size, starve)) {
        if (stopped) return;
        timer = setTimeout(() => control.abort(stalled(file.name)), stall);
        yield chunk;
        clearTimeout(timer);
        file.sent += chunk.length;
        metrics.sent.inc(chunk.length);
      }
      if (!stopped)
        timer = setTimeout(() => control.abort(silent(file.name)), stall + file.size / CHECKSUM_RATE);
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  const body = bytes();

  return {
    body,
    signal: control.signal,
    failure: () => failure,
    stop() {
      stopped = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      // An aborted request leaves its body, with the file open.
      body.return(undefined).catch(() => undefined);
    },
  };
}

function stalled(name: string) {
  return problem('zenodo_timeout', `Zenodo stopped accepting bytes of ${name}. Try again later.`);
}

function silent(name: string) {
  return problem('zenodo_timeout', `Zenodo has all bytes of ${name}, but does not respond. Try again later.`);
}
