import { worker } from 'workerpool';
import { execute } from './tasks.js';

/** The entry of a worker thread. A bundle needs it as an entry of its own, beside the file that holds pool.ts. */
worker({ execute });
