import t from 'tap';
import { build } from './build.js';
import { startScript } from './process.js';

t.before(build);

t.test('the bench runs, and says what a renewal under load costs', async (t) => {
  const bench = startScript(t, 'bench/run.ts', { args: ['--quick', '--row', 'expired-token'] });
  t.equal(await bench.ended(), 0, bench.output());
  t.match(bench.output(), /\| 200 calls \| 1 \(= 1\) +\| 0 \(≤ 0\)/);
});
