import type { FastifyPluginAsync } from 'fastify';
import { jsonBody } from '../deposit/negotiation.js';
import { DomainError } from '../errors.js';
import { isObject } from '../metadata/checks.js';
import { negotiateEither, sendJson } from './answer.js';

/**
 * What each query counts, and the parameter that it requires
 * (`inveniosoftware/invenio-app-rdm:invenio_app_rdm/config.py`).
 */
const VIEWS = { unique_views: 0, views: 0 };
const DOWNLOADS = { data_volume: 0, downloads: 0, unique_downloads: 0 };
const QUERIES: Record<string, { counts: object; needs: string }> = {
  'record-view': { counts: VIEWS, needs: 'recid' },
  'record-view-all-versions': { counts: VIEWS, needs: 'parent_recid' },
  'record-download': { counts: DOWNLOADS, needs: 'recid' },
  'record-download-all-versions': { counts: DOWNLOADS, needs: 'parent_recid' },
};
const FORM =
  'Invalid Input. It should be of the form { STATISTIC_NAME: { "stat": STAT_TYPE, "params": STAT_PARAMS \\}}';

/**
 * Statistics on demand. The mock does not count, so all are zero
 * (`inveniosoftware/invenio-stats:invenio_stats/views.py`, `…/queries.py`).
 */
export const statisticsRoutes: FastifyPluginAsync = async (app) => {
  negotiateEither(app);
  app.post('/api/stats', async (request, reply) => {
    const body = jsonBody(request);
    if (!isObject(body)) throw new DomainError(400, 'Invalid query.');
    const answers = Object.entries(body).map(([name, query]) => {
      const keys = isObject(query) ? Object.keys(query).sort().join() : '';
      if (!isObject(query) || (keys !== 'stat' && keys !== 'params,stat')) throw new DomainError(400, FORM);
      const { stat, params } = query;
      const known = typeof stat === 'string' && Object.hasOwn(QUERIES, stat) ? QUERIES[stat] : undefined;
      if (known === undefined) throw new DomainError(400, `Unknown query name: "${String(stat)}".`);
      const given = Object.keys(isObject(params) ? params : {});
      // Zenodo only notices if there is no parameter but a date.
      if (given.every((one) => one === 'start_date' || one === 'end_date')) {
        const message = `Missing one of the required parameters {'${known.needs}'} in query ${stat}`;
        throw new DomainError(400, message);
      }
      return [name, known.counts];
    });
    return sendJson(request, reply, 200, Object.fromEntries(answers));
  });
};
