import { readFile } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as wasm from '@prisma/schema-engine-wasm/schema_engine_bg';

/** The types of Node.js 20 do not have it yet. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

/**
 * The SQL that makes an empty database look like prisma/schema.prisma. It is used to write
 * migrations, and to test that all migrations together lead to the same schema. It is for
 * development only: Prisma's WASM engine needs no download, but promises no stable interface. The
 * engine requires a database to connect to (`databaseUrl`), although it changes nothing there.
 */
export async function schemaSql(databaseUrl: string): Promise<string> {
  const schema = await readFile(new URL('../prisma/schema.prisma', import.meta.url), 'utf8');
  const url = new URL(
    import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm'),
  );
  const { instance } = await WebAssembly.instantiate(await readFile(url), {
    './schema_engine_bg.js': { ...wasm },
  });
  wasm.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: databaseUrl }));
  const engine = await wasm.SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter);
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout ?? '';
  } finally {
    engine.free();
  }
}
