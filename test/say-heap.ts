import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/**
 * For `--import`: at SIGWINCH a process throws away what is not needed, and says what is left, in
 * bytes.
 */
process.on('SIGWINCH', () => {
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.stdout.write(`memory ${JSON.stringify({ heap: heapUsed + external, rss })}\n`);
});
