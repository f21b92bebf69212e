import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { holds, type Line, type Row } from './row.js';
import { ROWS } from './rows.js';
import { openStage, ROOT } from './stage.js';
import { tableOf } from './table.js';

/** Where the figures of the last run lie. */
const RESULTS = `${ROOT}bench/results`;

/** The machine, as far as it matters. */
function machine() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${platform()} ${arch()}`,
    node: process.version,
    loadBefore: loadavg()[0],
  };
}

function chosen(names: readonly string[]): readonly Row[] {
  const unknown = names.filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length > 0) {
    throw new Error(`no row ${unknown.join(', ')}; there are ${ROWS.map(({ name }) => name).join(', ')}`);
  }
  return names.length === 0 ? ROWS : ROWS.filter(({ name }) => names.includes(name));
}

/** `--quick`: a minute's run; `--row NAME`, more than once if need be: only these. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true, default: [] },
    },
  });
  const { quick } = values;
  const rows = chosen(values.row);
  const about = { ...machine(), quick, startedAt: new Date().toISOString() };
  console.log(`${about.cpu}, ${about.cores} cores, Node ${about.node}, load ${about.loadBefore?.toFixed(2)}`);
  const stage = await openStage();
  if (stage.nginx === null) console.log('nginx is not installed: its lines are left out');
  const stop = () => void stage.close().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const results: { name: string; title: string; load: number[]; lines: Line[] }[] = [];
  try {
    for (const { name, title, run } of rows) {
      console.log(`\n### ${title} (\`${name}\`)\n`);
      const [before] = loadavg();
      const lines = await run(stage, { quick, repeats: quick ? 1 : 3 });
      // Others who use the machine spoil the figures: whoever reads them must see it.
      const load = [before, loadavg()[0]].map((one) => Number(one?.toFixed(1)));
      console.log(`${tableOf(lines)}\n\nLoad of the machine before and after: ${load.join(', ')}`);
      results.push({ name, title, load, lines });
    }
  } finally {
    await stage.close();
  }
  const figures = results.flatMap(({ lines }) => lines.flatMap((line) => Object.values(line.figures)));
  const missed = figures.filter((figure) => typeof figure !== 'string' && !holds(figure)).length;
  const path = `${RESULTS}/${quick ? 'quick' : 'last'}.json`;
  await mkdir(RESULTS, { recursive: true });
  await writeFile(path, `${JSON.stringify({ ...about, loadAfter: loadavg()[0], results }, null, 2)}\n`);
  console.log(`\n${missed === 0 ? 'All targets are met' : `${missed} targets are missed`}; ${path}`);
}

await main();
