import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import fp from 'fastify-plugin';
import { createReplicas, SILENT_SECONDS } from '../replicas.js';
import { every, within } from '../time.js';
import { VERSION } from '../version.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** This process among those that share the database. */
    replica: { readonly id: string };
  }
}

/** Milliseconds between two signs of life. */
const INTERVAL = (SILENT_SECONDS / 6) * 1000;

/** Keeps this process in the table of replicas from before its first call to after its last one. */
export const replica = fp(
  async (app) => {
    const replicas = createReplicas(app.database);
    const { keyIds } = app.connections.encryption;
    const me = { id: randomUUID(), version: VERSION, host: hostname(), keyIds };
    app.decorate('replica', { id: me.id });
    const beats = every(app.log, INTERVAL, 'saying that this process lives', () => replicas.seen(me));
    app.housekeeping.add('replicas', async () => ({ replicas: await replicas.forget() }));
    app.addHook('onReady', async () => {
      // A database that is silent at this moment does not keep the process from starting.
      await within(app.timings.readiness, beats.run(), () => new Error()).catch(() => undefined);
    });
    app.addHook('onClose', async () => {
      await beats.stop();
      // Without a database the row grows old by itself.
      await replicas.ended(me.id).catch(() => undefined);
    });
  },
  { name: 'replica', dependencies: ['connections', 'housekeeping'] },
);
