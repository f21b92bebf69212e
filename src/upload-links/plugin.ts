import fp from 'fastify-plugin';
import { countdown } from '../time.js';
import { refusePublished } from '../uploads/transfer/read-draft.js';
import { createUploadLinks, type UploadLinks } from './upload-links.js';

declare module 'fastify' {
  interface FastifyInstance {
    uploadLinks: UploadLinks;
  }
}

export const uploadLinks = fp(
  async (app) => {
    const { database, config, dependencies, log, timings } = app;
    const service = createUploadLinks({
      database,
      allowedCallbackUrls: config.allowedCallbackUrls,
      requireDraft: async (caller, depositionId) => {
        const limits = { left: countdown(timings.call) };
        refusePublished(await app.depositions.read(caller, depositionId, limits));
      },
      now: () => dependencies.now(),
      randomBytes: (size) => dependencies.randomBytes(size),
      log,
    });
    app.decorate('uploadLinks', service);
    app.cleanup.add('upload-links', () => service.sweep());
  },
  { name: 'upload-links', dependencies: ['connections', 'depositions', 'cleanup'] },
);
