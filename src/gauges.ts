import type { FastifyInstance } from 'fastify';
import { Gauge, type Registry } from 'prom-client';
import { logStream } from './log.js';

/**
 * What is looked at whenever the metrics are asked for. Where the database is away, what it knows
 * is left out.
 */
export function addGauges(app: FastifyInstance, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'zenodo_service_database_up',
    help: '1 if the database answers, else 0.',
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
    help: 'Connections of this process to the database, by `busy` and `idle`, and queries that wait for one.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(app.statements.load())) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'zenodo_service_zenodo_holds_back',
    help: '1 while Zenodo refuses calls for their number and this service waits, else 0.',
    registers,
    collect() {
      this.set(app.zenodo.isHoldingBack() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'zenodo_service_log_lines_lost',
    help: 'Lines of the log since the start that standard output did not take: its volume is full, or nobody reads it.',
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
    help: 'Files of this process on their way to Zenodo (`running`) and in line for it (`waiting`).',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(app.uploads.transfers())) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'zenodo_service_staging_bytes',
    help: 'The staging volume: `total`, `free`, `taken` by uploads that have not ended, `kept` of those that failed and may be tried again, `reserved` for bytes still to come.',
    labelNames: ['part'],
    registers,
    async collect() {
      this.reset();
      const space = await app.uploads.space().catch(() => ({}));
      for (const [part, bytes] of Object.entries(space)) this.set({ part }, bytes);
    },
  });
}
