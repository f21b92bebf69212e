import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Generates Prisma's client, unless the existing one was generated from the same schema by the same
 * release. Prisma's command line would first download an engine that generating does not use.
 * Naming any program as that engine keeps it offline.
 */
const root = new URL('../', import.meta.url);
const schema = readFileSync(new URL('prisma/schema.prisma', root));
const { version } = createRequire(import.meta.url)('prisma/package.json') as { version: string };
const self = readFileSync(fileURLToPath(import.meta.url));
const wanted = createHash('sha256').update(self).update(schema).update(version).digest('hex');
const mark = new URL('src/database/generated/.made-from', root);

if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
  execFileSync('npx', ['--no-install', 'prisma', 'generate'], {
    cwd: fileURLToPath(root),
    stdio: 'pipe',
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  writeFileSync(new URL('src/database/generated/columns.ts', root), columns());
  writeFileSync(mark, wanted);
}

/**
 * A module that names every table and column of the schema. It is derived from the model that the
 * client itself uses.
 */
function columns(): string {
  const text = readFileSync(new URL('src/database/generated/internal/class.ts', root), 'utf8');
  const [, literal = ''] = /runtimeDataModel = JSON\.parse\((".*")\)/.exec(text) ?? [];
  const { models } = JSON.parse(JSON.parse(literal)) as { models: Record<string, Model> };
  const pairs = Object.entries(models).flatMap(([name, { dbName, fields }]) =>
    fields
      .filter(({ kind }) => kind !== 'object')
      .map((field) => [dbName ?? name, field.dbName ?? field.name]),
  );
  return `/** Every column of every table of this release: [table, column]. */
export const COLUMNS: readonly (readonly [string, string])[] = ${JSON.stringify(pairs)};
`;
}

interface Model {
  dbName: string | null;
  fields: { name: string; kind: string; dbName?: string }[];
}
