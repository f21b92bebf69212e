import type { Clock } from './clock.js';
import type { Ids } from './ids.js';
import type { Options } from './options.js';
import type { Store } from './store/store.js';

/** What every part of the mock shares; reachable as `app.mock`. */
export interface MockContext {
  options: Options;
  clock: Clock;
  ids: Ids;
  store: Store;
}

declare module 'fastify' {
  interface FastifyInstance {
    mock: MockContext;
  }
}
