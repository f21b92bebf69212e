import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Strike } from './engine.js';
import type { Fault } from './fault.js';

/**
 * A line with a limited rate, for one upload or for all of them. `freeAt` is the time in
 * milliseconds at which it will have carried what it was given.
 */
interface Line {
  freeAt: number;
}

/**
 * How much idle time a line can make up for, in milliseconds, because timers are no more precise
 * than that.
 */
const SLACK = 50;

/** The lines that all uploads share to which the same fault applies. */
const shared = new WeakMap<Fault, Line>();

/**
 * Slows, stops or resets what the client is sending, as the fault says. Does nothing for faults of
 * another kind.
 */
export function spoilUpload(request: FastifyRequest, reply: FastifyReply, strike: Strike): void {
  const { fault } = strike;
  const { wire } = request;
  const stopping = fault.stopReading === true;
  const resetting = fault.reset === 'request';
  const rate = fault.throttleRequest;
  if (!stopping && !resetting && rate === undefined) return;

  const length = Number(request.headers['content-length'] ?? 0);
  const passing = fault.atBytes ?? Math.floor(length * (fault.atFraction ?? 0));
  const line = lineOf(fault);
  let seen = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = (bytes: number) => {
    if (!request.strikes.includes(strike)) return;
    if (bytes >= passing && (resetting || stopping)) {
      cut.add(strike);
      return resetting ? wire.end(true) : wire.hold();
    }
    if (rate === undefined) return;
    line.freeAt = Math.max(line.freeAt, performance.now() - SLACK) + ((bytes - seen) / rate) * 1000;
    seen = bytes;
    const early = line.freeAt - performance.now();
    if (early < 1) return;
    wire.hold();
    clearTimeout(timer);
    timer = setTimeout(() => wire.release(), early);
  };
  reply.raw.once('close', () => {
    clearTimeout(timer);
    wire.release();
  });
  wire.onBytesIn = look;
  if (wire.count.bytesIn > 0 || passing === 0) look(wire.count.bytesIn);
}

/** The faults that have cut or stopped an upload. */
const cut = new WeakSet<Strike>();

/**
 * Whether a fault should have cut or stopped an upload, and did not: the body was too short, or the
 * request was answered before.
 */
export function misses(strike: Strike): boolean {
  const { fault } = strike;
  return (fault.stopReading === true || fault.reset === 'request') && !cut.has(strike);
}

/** The line for a new upload. Earlier idle time does not count. */
function lineOf(fault: Fault): Line {
  const line = shared.get(fault) ?? { freeAt: 0 };
  line.freeAt = Math.max(line.freeAt, performance.now());
  if (fault.shared) shared.set(fault, line);
  return line;
}
