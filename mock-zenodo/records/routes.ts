import type { FastifyPluginAsync } from 'fastify';
import { draftRoutes } from './draft-routes.js';
import { recordFileRoutes } from './record-file-routes.js';
import { recordRoutes } from './record-routes.js';
import { legacyRedirects } from './redirects.js';

/** The records API, Zenodo's second dialect, and the paths that lead to it. */
export const recordsApi: FastifyPluginAsync = async (app) => {
  await app.register(recordRoutes);
  await app.register(recordFileRoutes);
  await app.register(draftRoutes);
  await app.register(legacyRedirects);
};
