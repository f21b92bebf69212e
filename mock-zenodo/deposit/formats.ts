import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { FrameworkError, permissionDenied, routeNotFound } from '../errors.js';
import { requireReadable } from '../files/access.js';
import { findDeposition, findRecord, requireOwner } from './lookup.js';

type ById = FastifyRequest<{ Params: { id: string }; Querystring: { mimetype?: string } }>;

/**
 * Extra formats of depositions and records. There never are any, and writing them requires
 * permissions that users do not have (`zenodo/zenodo-rdm:site/tests/legacy/test_extra_formats.py`).
 */
export const formatRoutes: FastifyPluginAsync = async (app) => {
  const ofDeposition = '/api/deposit/depositions/:id/formats';
  const ofRecord = '/api/records/:id/formats';
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  app.addHook('preHandler', async (request) => {
    const { id } = (request as ById).params;
    const user = request.identity?.user;
    if (request.routeOptions.url === ofDeposition) return requireOwner(findDeposition(app.mock, id), user);
    const { deposition, record } = findRecord(app.mock, id);
    requireReadable(app.mock, deposition, record, user);
  });
  for (const url of [ofDeposition, ofRecord]) {
    app.get(url, async (request: ById) => {
      const wanted = request.query.mimetype ?? request.headers.accept ?? '*/*';
      if (wanted === '*/*') throw new FrameworkError(400, 'Invalid extra format MIMEType.');
      throw routeNotFound();
    });
    app.options(url, async (_request, reply) => reply.type('application/json').send('[]\n'));
  }
  const refuse = async () => {
    throw permissionDenied();
  };
  app.put(ofDeposition, refuse);
  app.delete(ofDeposition, refuse);
};
