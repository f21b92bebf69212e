import type { FastifyInstance } from 'fastify';
import type { Actions } from './actions.js';
import type { Sessions } from './sessions.js';

/** What the pages need: the service, and the login sessions of this port. */
export interface PagesContext {
  app: FastifyInstance;
  sessions: Sessions;
  actions: Actions;
  now(): number;
}

export const HTML = 'text/html; charset=utf-8';

/** A refusal that is not an error of the service. */
export class PageFault extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    message: string,
  ) {
    super(message);
  }
}

/** A page with status 403. */
export function forbidden(message: string): PageFault {
  return new PageFault(403, 'Not allowed', message);
}
