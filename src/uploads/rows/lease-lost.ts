import { Problem } from '../../errors.js';

/** Thrown by work under a lease that this process no longer holds. */
export class LeaseLost extends Problem {
  constructor() {
    super('service_unavailable', 'Another process took over the upload, or it took too long.');
  }
}
