import type { FastifyRequest } from 'fastify';

/** Milliseconds since the epoch up to which a listing knows what happened: infinity unless a fault makes it lag (`zenodo/zenodo#2517`). */
export function listingKnowsUntil(request: FastifyRequest): number {
  const lags = request.strikes.map(({ fault }) => fault.lag ?? 0);
  const lag = Math.max(0, ...lags);
  return lag === 0 ? Number.POSITIVE_INFINITY : request.server.mock.clock.now() - lag * 1000;
}
