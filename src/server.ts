import { processEnvironment } from './process-environment.js';
import { runProduction } from './serve.js';

// The process of a production deployment. In a bundle a file cannot tell whether it was started, so
// this file contains nothing else.
await runProduction(processEnvironment());
