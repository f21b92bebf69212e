import fp from 'fastify-plugin';
import { serviceUrl } from '../public-url.js';
import { every } from '../time.js';
import { createUploadReads } from '../uploads/upload-reads.js';
import { createEvents, type Events } from './events.js';
import { startWebhooks } from './webhooks.js';

declare module 'fastify' {
  interface FastifyInstance {
    events: Events;
  }
}

/**
 * How often events that are told to no application are set aside where there is no WEBHOOK_URL, in
 * milliseconds.
 */
const SET_ASIDE = 60_000;

/** Decorates `app.events`, and delivers webhooks where WEBHOOK_URL names a receiver. */
export const events = fp(
  async (app) => {
    const { database, statements, config, log, meters, timings } = app;
    const room = createEvents(database, createUploadReads(statements), () => serviceUrl(app));
    app.decorate('events', room);
    app.housekeeping.add('events', async () => ({ events: await room.forgetOld() }));
    const { webhook } = config;
    let close: () => Promise<void> = async () => undefined;
    // Not before it listens: a delivery may name the address.
    app.addHook('onListen', async () => {
      if (webhook === undefined) {
        const rounds = every(log, SET_ASIDE, 'setting events aside', () => room.switchOff());
        close = () => rounds.stop();
        return;
      }
      const target = { ...webhook, timeout: timings.webhook };
      const webhooks = startWebhooks({ database, events: room, holder: app.replica.id, meters, log }, target);
      close = () => webhooks.close();
    });
    app.addHook('preClose', () => close());
  },
  { name: 'events', dependencies: ['housekeeping'] },
);
