import type { FastifyRequest } from 'fastify';
import type { Strike } from './engine.js';

/**
 * Takes back a fault that had no effect on a request: it does not count, nor is it in the journal.
 */
export function withdraw(request: FastifyRequest, strike: Strike): void {
  if (!request.strikes.includes(strike)) return;
  request.strikes.splice(request.strikes.indexOf(strike), 1);
  strike.undo();
}
