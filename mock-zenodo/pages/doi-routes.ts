import { createHash } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { pidDoesNotExist, routeNotFound } from '../errors.js';
import { sendTo } from '../oauth/redirect.js';
import { badge } from './badge.js';

type Rest = FastifyRequest<{ Params: { '*': string } }>;

/**
 * Where DOIs lead, and their badges
 * (`inveniosoftware/invenio-formatter:invenio_formatter/views.py`).
 */
export const doiRoutes: FastifyPluginAsync = async (app) => {
  const { store } = app.mock;

  app.get('/doi/*', async (request: Rest, reply) => {
    const doi = request.params['*'].toLowerCase();
    const found = [...store.depositions.values()].find(
      ({ record, deleted }) => deleted === null && record?.pids['doi']?.identifier.toLowerCase() === doi,
    );
    const concept = [...store.concepts.values()].find(({ conceptDoi }) => conceptDoi?.toLowerCase() === doi);
    const id = found?.id ?? concept?.id;
    if (id === undefined) throw pidDoesNotExist();
    return sendTo(reply, `/records/${id}`);
  });

  // Zenodo links to the first; most pages that show a badge link to the second.
  for (const path of ['/badge/doi/*', '/badge/DOI/*']) app.get(path, sendBadge);

  async function sendBadge(request: Rest, reply: FastifyReply) {
    // Drafts without a DOI link to `/badge/doi/.svg`, which leads nowhere on Zenodo either.
    const value = /^([^/].*)\.svg$/s.exec(request.params['*'])?.[1];
    if (value === undefined) throw routeNotFound();
    const etag = createHash('sha1').update(`DOI.${value}`).digest('hex');
    return reply
      .type('image/svg+xml; charset=utf-8')
      .headers({ etag: `"${etag}"`, 'cache-control': 'no-cache', pragma: 'no-cache' })
      .send(badge('DOI', value));
  }
};
