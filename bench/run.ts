import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { type Section, writeDocument } from './document.js';
import { holds, type Line, type Row } from './row.js';
import { ROWS } from './rows.js';
import { openStage, ROOT } from './stage.js';
import { tableOf } from './table.js';

/** Where the results of the last run are. */
const RESULTS = `${ROOT}bench/results`;

/** The relevant properties of the machine. */
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

function chosen(names: readonly string[], quick: boolean): readonly Row[] {
  const unknown = names.filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length > 0) {
    throw new Error(`no row ${unknown.join(', ')}; there are ${ROWS.map(({ name }) => name).join(', ')}`);
  }
  if (names.length === 0) return ROWS.filter(({ long, apart }) => !apart && (!quick || !long));
  return ROWS.filter(({ name }) => names.includes(name));
}

/**
 * `--quick`: a run of one minute. `--row NAME`: only this row; can be repeated. `--document`: also
 * writes the results to docs/performance.md.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true, default: [] },
      document: { type: 'boolean', default: false },
    },
  });
  const { quick } = values;
  const rows = chosen(values.row, quick);
  const about = { ...machine(), quick, startedAt: new Date().toISOString() };
  const { cpu, cores, memoryGiB, node } = about;
  const where = `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, ${about.startedAt.slice(0, 10)}${quick ? ', `--quick`' : ''}`;
  console.log(where);
  const stage = await openStage();
  if (stage.nginx === null) console.log('nginx is not installed: its lines are left out');
  const stop = () => void stage.close().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const results: { name: string; title: string; load: number[]; seconds: number; lines: Line[] }[] = [];
  const sections: Section[] = [];
  try {
    for (const { name, title, run } of rows) {
      const heading = `### ${title} (\`${name}\`)`;
      console.log(`\n${heading}\n`);
      const [before] = loadavg();
      const started = performance.now();
      const lines = await run(stage, { quick, repeats: quick ? 1 : 3 });
      const seconds = Math.round((performance.now() - started) / 1000);
      // Other programs on the machine distort the results, so the report has to show them.
      const load = [before, loadavg()[0]].map((one) => Number(one?.toFixed(1)));
      const table = tableOf(lines);
      const how = `load ${load.join(' before, ')} after`;
      console.log(`${table}\n\n${how}, took ${seconds} s`);
      results.push({ name, title, load, seconds, lines });
      sections.push({ name, text: `${heading}\n\n${where}; ${how}.\n\n${table}` });
    }
  } finally {
    await stage.close();
  }
  const figures = results.flatMap(({ lines }) => lines.flatMap((line) => Object.values(line.figures)));
  const missed = figures.filter((figure) => typeof figure !== 'string' && !holds(figure)).length;
  const path = `${RESULTS}/${quick ? 'quick' : 'last'}.json`;
  await mkdir(RESULTS, { recursive: true });
  await writeFile(path, `${JSON.stringify({ ...about, loadAfter: loadavg()[0], results }, null, 2)}\n`);
  if (values.document)
    await writeDocument(
      sections,
      ROWS.map(({ name }) => name),
    );
  console.log(`\n${missed === 0 ? 'All targets are met' : `${missed} targets are missed`}; ${path}`);
}

await main();
