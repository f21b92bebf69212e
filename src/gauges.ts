import type { FastifyInstance } from 'fastify';
import { Gauge, type Registry } from 'prom-client';
import { logStream } from './log.js';

/**
 * Values that are looked up at each scrape. Values that need the database are left out while it is
 * down.
 */
export function addGauges(app: FastifyInstance, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'zenodo_service_database_up',
    help: '1 if the database responds, else 0.',
    registers,
    async collect() {
      const up = app.database.$queryRaw`SELECT 1`.then(
        () => 1,
        () => 0,
      );
      this.set(await up);
    },
  });
  new Gauge({
    name: 'zenodo_service_database_connections',
    help: 'Database connections of this process that are `busy` or `idle`, and queries `waiting` for one.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(app.statements.load())) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'zenodo_service_zenodo_holds_back',
    help: '1 while this service pauses its calls because of Zenodo’s rate limit, else 0.',
    registers,
    collect() {
      this.set(app.zenodo.isHoldingBack() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'zenodo_service_log_lines_lost',
    help: 'Log lines since the start that could not be written to standard output, because its volume is full or no program reads it.',
    registers,
    collect() {
      this.set(logStream().lost());
    },
  });
  new Gauge({
    name: 'zenodo_service_uploads',
    help: 'Uploads of all replicas that have not ended, by state.',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      const open = await app.uploads.countOpen().catch(() => []);
      for (const { state, count } of open) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'zenodo_service_transfers',
    help: 'Files that this process sends to Zenodo (`running`) or that wait for their turn (`waiting`).',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(app.uploads.transfers())) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'zenodo_service_staging_bytes',
    help: 'Bytes of the staging volume: `total`, `free`, `taken` by uploads that have not ended, `kept` for failed uploads that can be retried, `reserved` for bytes that have not arrived yet.',
    labelNames: ['part'],
    registers,
    async collect() {
      this.reset();
      const space = await app.uploads.space().catch(() => ({}));
      for (const [part, bytes] of Object.entries(space)) this.set({ part }, bytes);
    },
  });
}
