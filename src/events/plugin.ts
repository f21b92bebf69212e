import fp from 'fastify-plugin';
import { every } from '../periodic.js';
import { createUploadReads } from '../uploads/rows/upload-reads.js';
import { serviceUrl } from '../urls.js';
import { createEvents, type Events } from './events.js';
import { startWebhooks } from './webhooks.js';

declare module 'fastify' {
  interface FastifyInstance {
    events: Events;
  }
}

/** How often the data of new events is stored, in milliseconds. */
const STORE = 1000;

/**
 * How often events are marked as not to be delivered if there is no WEBHOOK_URL, in milliseconds.
 */
const SET_ASIDE = 60_000;

/** Decorates `app.events`, and delivers webhooks if WEBHOOK_URL is set. */
export const events = fp(
  async (app) => {
    const { database, statements, config, log, metrics, timings } = app;
    const service = createEvents(database, createUploadReads(statements), () => serviceUrl(app), log);
    app.decorate('events', service);
    app.cleanup.add('events', async () => ({ events: await service.forgetOld() }));
    const { webhook } = config;
    const closing: (() => Promise<void>)[] = [];
    // After listening, because a delivery may contain the address.
    app.addHook('onListen', async () => {
      const storing = every(log, STORE, 'storing the data of events', () => service.storeData());
      closing.push(() => storing.stop());
      if (webhook === undefined) {
        const rounds = every(log, SET_ASIDE, 'setting events aside', () => service.switchOff());
        closing.push(() => rounds.stop());
        return;
      }
      const target = { ...webhook, timeout: timings.webhook };
      const webhooks = startWebhooks(
        { database, events: service, holder: app.replica.id, metrics, log },
        target,
      );
      closing.push(() => webhooks.close());
    });
    app.addHook('preClose', async () => {
      await Promise.all(closing.map((close) => close()));
    });
  },
  { name: 'events', dependencies: ['cleanup'] },
);
