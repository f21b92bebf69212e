import { worker, workerEmit } from 'workerpool';
import { execute } from './tasks.js';

/**
 * The entry of a worker thread. A bundle needs it as an entry of its own, beside the file that
 * holds pool.ts.
 */
worker({
  execute: (...task: Parameters<typeof execute>) => {
    // A thread that starts on a busy machine takes seconds: they are none of the task's.
    workerEmit('began');
    return execute(...task);
  },
});
