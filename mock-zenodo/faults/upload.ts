import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from './fault.js';

/** Slows, stops or resets what the client is sending, as the fault says. Does nothing for faults of another kind. */
export function spoilUpload(request: FastifyRequest, reply: FastifyReply, fault: Fault): void {
  const { wire } = request;
  const stopping = fault.stopReading === true;
  const resetting = fault.reset === 'request';
  const rate = fault.throttleRequest;
  if (!stopping && !resetting && rate === undefined) return;

  const length = Number(request.headers['content-length'] ?? 0);
  const passing = fault.atBytes ?? Math.floor(length * (fault.atFraction ?? 0));
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const look = (bytes: number) => {
    if (bytes >= passing && resetting) return wire.end(true);
    if (bytes >= passing && stopping) return wire.hold();
    if (rate === undefined) return;
    const early = (bytes / rate) * 1000 - (performance.now() - started);
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
