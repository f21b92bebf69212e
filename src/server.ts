import { processEnvironment } from './process-environment.js';
import { runProduction } from './serve.js';

// The process of a production deployment. A file of its own: in a bundle no file can tell whether
// it was started.
await runProduction(processEnvironment());
