import { worker, workerEmit } from 'workerpool';
import { execute } from './tasks.js';

/**
 * The entry of a thread. In a bundle it is an entry of its own, next to the file that contains
 * pool.ts.
 */
worker({
  execute: (...task: Parameters<typeof execute>) => {
    // On a busy machine a thread takes seconds to start, which must not count as the task's time.
    workerEmit('began');
    return execute(...task);
  },
});
