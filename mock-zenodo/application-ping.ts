import type { FastifyPluginAsync } from 'fastify';

/** The paths at which load balancers ask whether Zenodo runs. They have no rate limit. */
export const PING_PATHS = ['/ping', '/api/ping'] as const;

/** Says that the application runs (`inveniosoftware/invenio-app:invenio_app/ext.py`). */
export const applicationPing: FastifyPluginAsync = async (app) => {
  for (const path of PING_PATHS) {
    app.get(path, async (_request, reply) => reply.type('text/html; charset=utf-8').send('OK'));
  }
};
