import type { FastifyPluginAsync } from 'fastify';
import { archiveRoutes } from './archive-routes.js';
import { draftContentRoutes } from './draft-content-routes.js';
import { draftFileRoutes } from './draft-file-routes.js';
import { draftRoutes } from './draft-routes.js';
import { recordFileRoutes } from './record-file-routes.js';
import { recordRoutes } from './record-routes.js';
import { legacyRedirects } from './redirects.js';
import { searchRoutes } from './search-routes.js';
import { vocabularyRoutes } from './vocabulary-routes.js';

/** The records API, and the paths that lead to it. */
export const recordsApi: FastifyPluginAsync = async (app) => {
  await app.register(recordRoutes);
  await app.register(recordFileRoutes);
  await app.register(archiveRoutes);
  await app.register(draftRoutes);
  await app.register(draftFileRoutes);
  await app.register(draftContentRoutes);
  await app.register(searchRoutes);
  await app.register(vocabularyRoutes);
  await app.register(legacyRedirects);
};
