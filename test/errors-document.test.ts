import { readFile } from 'node:fs/promises';
import t from 'tap';
import { parse } from 'yaml';
import { CATALOGUE, type ErrorCode } from '../src/errors.js';

const CODES = Object.keys(CATALOGUE) as ErrorCode[];

t.test('docs/errors.md explains exactly the codes there are', async (t) => {
  const text = await readFile(new URL('../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \| (.+) \| (.+) \|$/gm)];
  t.same(rows.map(([, code]) => code).sort(), [...CODES].sort(), 'each has one row, and no other has');
  for (const [, code = '', status, when = '', what = ''] of rows) {
    t.equal(Number(status), CATALOGUE[code as ErrorCode]?.status, `the status of ${code}`);
    t.match([when, what], [/^[A-Z].+\.$/, /^[A-Z].+\.$/], `${code} is explained in sentences`);
  }
});

t.test('openapi.yaml names every code, with its status, at some call', async (t) => {
  const contract = parse(await readFile(new URL('../openapi.yaml', import.meta.url), 'utf8'));
  t.same(contract.components.schemas.Problem.properties.code.enum, CODES);
  const named = new Map<string, Set<string>>();
  for (const path of Object.values<Record<string, { responses: Record<string, { description: string }> }>>(
    contract.paths,
  )) {
    for (const { responses } of Object.values(path)) {
      for (const [status, { description }] of Object.entries(responses)) {
        if (Number(status) < 400) continue;
        for (const [, code = ''] of description.matchAll(/`([a-z_]+)`/g)) {
          named.set(code, (named.get(code) ?? new Set()).add(status));
        }
      }
    }
  }
  for (const [code, statuses] of named) {
    t.same([...statuses], [String(CATALOGUE[code as ErrorCode]?.status)], `the status of ${code}`);
  }
  t.same(
    CODES.filter((code) => !named.has(code)),
    ['method_not_allowed'],
    'only where no call is, none can name it',
  );
});
