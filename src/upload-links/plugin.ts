import fp from 'fastify-plugin';
import { problem } from '../errors.js';
import { countdown } from '../time.js';
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
        const { submitted } = await app.depositions.read(caller, depositionId, limits);
        if (!submitted) return;
        throw problem(
          'already_published',
          `Deposition ${depositionId} is published, so its files cannot change. Create a new version with POST /depositions/${depositionId}/versions.`,
        );
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
