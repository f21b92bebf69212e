import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { FrameworkError, notFound, permissionDenied } from '../errors.js';
import { findDeposition, requireOwner } from './lookup.js';

type ById = FastifyRequest<{ Params: { id: string }; Querystring: { mimetype?: string } }>;

/**
 * Extra formats of a deposition: there never are any, and writing them takes rights that users do not have
 * (`zenodo/zenodo-rdm:site/tests/legacy/test_extra_formats.py`).
 */
export const formatRoutes: FastifyPluginAsync = async (app) => {
  const url = '/api/deposit/depositions/:id/formats';
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  app.addHook('preHandler', async (request) => {
    const { id } = (request as ById).params;
    requireOwner(findDeposition(app.mock, id), request.identity?.user);
  });
  app.get(url, async (request: ById) => {
    const wanted = request.query.mimetype ?? request.headers.accept ?? '*/*';
    if (wanted === '*/*') throw new FrameworkError(400, 'Invalid extra format MIMEType.');
    throw notFound();
  });
  app.options(url, async (_request, reply) => reply.type('application/json').send('[]\n'));
  const refuse = async () => {
    throw permissionDenied();
  };
  app.put(url, refuse);
  app.delete(url, refuse);
};
