import type { FastifyPluginAsync } from 'fastify';
import { jsonBody } from '../deposit/negotiation.js';
import { DomainError } from '../errors.js';
import { isObject } from '../metadata/checks.js';
import { negotiateEither, sendJson } from './answer.js';

/**
 * What each query counts
 * (`inveniosoftware/docs-invenio-rdm:docs/reference/rest_api_statistics.md`).
 */
const VIEWS = { unique_views: 0, views: 0 };
const DOWNLOADS = { data_volume: 0, downloads: 0, unique_downloads: 0 };
const QUERIES: Record<string, object> = {
  'record-view': VIEWS,
  'record-view-all-versions': VIEWS,
  'record-download': DOWNLOADS,
  'record-download-all-versions': DOWNLOADS,
};

/** Statistics on demand. The mock does not count, so all are zero. */
export const statisticsRoutes: FastifyPluginAsync = async (app) => {
  negotiateEither(app);
  app.post('/api/stats', async (request, reply) => {
    const body = jsonBody(request);
    if (!isObject(body)) throw new DomainError(400, 'Invalid query.');
    const answers = Object.entries(body).map(([name, query]) => {
      const stat = isObject(query) ? query['stat'] : undefined;
      const counted = typeof stat === 'string' && Object.hasOwn(QUERIES, stat) ? QUERIES[stat] : undefined;
      if (counted === undefined) throw new DomainError(400, `Unknown query name: "${String(stat)}".`);
      return [name, counted];
    });
    return sendJson(request, reply, 200, Object.fromEntries(answers));
  });
};
