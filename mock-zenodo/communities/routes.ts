import type { FastifyPluginAsync } from 'fastify';
import { communityRecordRoutes } from './community-record-routes.js';
import { communityRoutes } from './community-routes.js';
import { deletionRoutes } from './deletion-routes.js';
import { logoRoutes } from './logo-routes.js';
import { memberRoutes } from './member-routes.js';
import { recordCommunityRoutes } from './record-community-routes.js';
import { requestRoutes } from './request-routes.js';
import { reviewRoutes } from './review-routes.js';
import { statisticsRoutes } from './statistics-routes.js';
import { userRoutes } from './user-routes.js';

/** Communities, their records, the requests to them, and the users who make them. */
export const communitiesApi: FastifyPluginAsync = async (app) => {
  await app.register(communityRoutes);
  await app.register(memberRoutes);
  await app.register(logoRoutes);
  await app.register(communityRecordRoutes);
  await app.register(recordCommunityRoutes);
  await app.register(reviewRoutes);
  await app.register(requestRoutes);
  await app.register(deletionRoutes);
  await app.register(userRoutes);
  await app.register(statisticsRoutes);
};
