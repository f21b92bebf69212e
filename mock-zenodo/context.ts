import type { Clock } from './clock.js';
import type { Consent } from './consent.js';
import type { Faults } from './faults/engine.js';
import type { Blobs } from './files/blobs.js';
import type { Ids } from './ids.js';
import type { Journal } from './journal.js';
import type { Route } from './nearest-routes.js';
import type { Options } from './options.js';
import type { RateWindows } from './rate-windows.js';
import type { Store } from './store/store.js';

/** What every part of the mock shares; available as `app.mock`. */
export interface MockContext {
  options: Options;
  clock: Clock;
  ids: Ids;
  store: Store;
  /**
   * Folder for state and files: the `data` option, or else a temporary folder that is deleted when
   * the mock closes.
   */
  directory: string;
  /** The bytes of files. */
  blobs: Blobs;
  /** How the consent page decides. Tests can switch it. */
  consent: Consent;
  faults: Faults;
  /** The recent calls that rate limits count. */
  rateWindows: RateWindows;
  journal: Journal;
  /** All of Zenodo's routes that the mock has, once it is assembled. */
  routes: Route[];
  /** Path of the certificate that clients must trust; null over plain HTTP. */
  certificate: string | null;
}

declare module 'fastify' {
  interface FastifyInstance {
    mock: MockContext;
  }
}
