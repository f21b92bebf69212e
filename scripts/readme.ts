import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { EnvironmentSchema } from '../src/environment.js';

const ROOT = new URL('../', import.meta.url);
const README = fileURLToPath(new URL('README.md', ROOT));

interface Variable {
  default?: string | number;
  enum?: string[];
  description?: string;
  production?: true;
  secret?: true;
}

/** One row per environment variable, from the schema that the service checks them with. */
function environmentTable(): string {
  const rows = Object.entries(EnvironmentSchema.properties as Record<string, Variable>).map(
    ([name, variable]) => {
      const { enum: values, description = '', production, secret } = variable;
      const fallback = production ? '**required in production**' : code(variable.default);
      const choice = values === undefined ? '' : ` One of ${values.map((value) => code(value)).join(', ')}.`;
      return `| \`${name}\`${secret ? ' or `_FILE`' : ''} | ${fallback} | ${description}${choice} |`;
    },
  );
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function code(value: string | number | undefined): string {
  return value === undefined || value === '' ? '' : `\`${value}\``;
}

/** One row per call, from the contract. */
async function callsTable(): Promise<string> {
  const contract = parse(await readFile(new URL('openapi.yaml', ROOT), 'utf8')) as {
    tags: { name: string }[];
    paths: Record<string, Record<string, { summary: string; tags: string[] }>>;
  };
  const calls = Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, tags }]) => ({
      rank: contract.tags.findIndex(({ name }) => name === tags[0]),
      row: `| \`${method.toUpperCase()}\` | \`${path}\` | ${summary} |`,
    })),
  );
  calls.sort((a, b) => a.rank - b.rank);
  return ['| method | path | what it does |', '| --- | --- | --- |', ...calls.map(({ row }) => row)].join(
    '\n',
  );
}

function replaceBetween(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name}:.*?-->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!pattern.test(text)) throw new Error(`README.md has no part “${name}”`);
  return text.replace(pattern, (_all, begin: string, end: string) => `${begin}${content}\n${end}`);
}

/** Writes the generated parts of README.md, or with `--check` says whether they are up to date. */
async function main(): Promise<void> {
  const committed = await readFile(README, 'utf8');
  let text = replaceBetween(committed, 'calls', await callsTable());
  text = replaceBetween(text, 'environment', environmentTable());
  if (text === committed) return;
  if (!process.argv.includes('--check')) return writeFile(README, text);
  process.stderr.write('The tables in README.md are not up to date: run `npm run readme` and commit it.\n');
  process.exitCode = 1;
}

await main();
