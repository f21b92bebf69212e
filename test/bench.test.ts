import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { freshEnvironment, startScript } from './process.js';

t.before(() => promisify(execFile)('npm', ['run', 'build'], { env: freshEnvironment() }));

t.test(
  'the bench runs, and says what a renewal under load costs and how often Zenodo is called',
  async (t) => {
    const bench = startScript(t, 'bench/run.ts', {
      args: ['--quick', '--row', 'expired-token', '--row', 'upstream-calls', '--row', 'metadata'],
    });
    t.equal(await bench.ended(), 0, bench.output());
    t.match(bench.output(), /\| 200 calls \| 1 \(= 1\) +\| 0 \(≤ 0\)/);
    t.match(bench.output(), /\| the same again +\| 3 \(≤ 3\) +\| 0 \(≤ 0\)/);
    t.match(bench.output(), /\| two processes at once .*\| 0 \(≤ 0\)/);
    t.match(bench.output(), /\| a form of 4 files \| 1 \(≤ 1\) +\| 1 \(≤ 1\)/);
  },
);

t.test('a short soak: in bad weather nothing is said that is not so, and nothing is left', async (t) => {
  const args = ['--minutes', '0.3', '--containers', '5', '--seed', '1'];
  const soak = startScript(t, 'bench/soak.ts', { args });
  t.equal(await soak.ended(), 0, soak.output());
  t.match(soak.output(), /files compared/);
});
