import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import fp from 'fastify-plugin';
import { every } from '../periodic.js';
import { createReplicas, SILENT_SECONDS, type SignOfLife } from '../replicas.js';
import { within } from '../time.js';
import { VERSION } from '../version.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** This process among those that share the database. */
    replica: { readonly id: string };
  }
}

/** Milliseconds between two heartbeats. */
const INTERVAL = (SILENT_SECONDS / 6) * 1000;

/** Milliseconds between two looks for changes that the others should know at once. */
const POLL = 1000;

/** The maximum of its column. A proxy may send any number as a limit. */
const MAX_INT = 2_147_483_647;

/** Keeps this process in the table of replicas while it can serve calls. */
export const replica = fp(
  async (app) => {
    const replicas = createReplicas(app.database);
    const { connections, zenodo } = app;
    const me = {
      id: randomUUID(),
      version: VERSION,
      host: hostname(),
      keyIds: connections.encryption.keyIds,
      sendsWebhooks: app.config.webhook !== undefined,
    };
    const sign = (): SignOfLife => {
      const limit = zenodo.rateLimit();
      const zenodoLimit = Number.isFinite(limit) ? Math.min(Math.round(limit), MAX_INT) : null;
      return { ...me, zenodoLimit, sinceRefusal: zenodo.sinceRefusal(), holdsBack: zenodo.isHoldingBack() };
    };
    app.decorate('replica', { id: me.id });
    let held = false;
    const say = () => replicas.seen(sign());
    const beats = every(app.log, INTERVAL, 'recording that this process is alive', say);
    // Reports at once when Zenodo's rate limit begins or stops holding this process back.
    const changes = every(app.log, POLL, 'recording whether Zenodo limits this process', async () => {
      if (zenodo.isHoldingBack() === held) return;
      await say();
      held = zenodo.isHoldingBack();
    });
    app.cleanup.add('replicas', async () => ({ replicas: await replicas.forget() }));
    app.addHook('onReady', async () => {
      // A silent database must not keep the process from starting.
      await within(app.timings.readiness, beats.run(), () => new Error()).catch(() => undefined);
    });
    app.addHook('onClose', async () => {
      await Promise.all([beats.stop(), changes.stop()]);
      // Without a database the row expires.
      await replicas.ended(me.id).catch(() => undefined);
    });
  },
  { name: 'replica', dependencies: ['connections', 'cleanup'] },
);
