import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { DomainError, permissionDenied } from '../errors.js';
import { spacedJson } from '../json.js';
import { requireUser } from '../oauth/identity.js';
import type { Community } from '../store/model.js';
import { negotiateEither, sendHits } from './answer.js';
import { findCommunity, roleIn } from './communities.js';

/**
 * `COMMUNITIES_LOGO_MAX_FILE_SIZE` in bytes
 * (`inveniosoftware/invenio-communities:invenio_communities/config.py`).
 */
const LARGEST = 1_000_000;

type ById = FastifyRequest<{ Params: { id: string } }>;

/**
 * Logos, and the communities that Zenodo's staff features
 * (`inveniosoftware/invenio-communities:invenio_communities/communities/services/service.py`).
 */
export const logoRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  const find = (request: ById) => findCommunity(mock, request.params.id, request.identity?.user);
  const owned = (request: ById) => {
    const community = find(request);
    if (roleIn(community, request.identity?.user) !== 'owner') throw permissionDenied();
    return community;
  };

  await app.register(async (images) => {
    images.removeAllContentTypeParsers();
    images.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: 10 * LARGEST },
      (_request, bytes, done) => done(null, bytes),
    );
    images.get('/api/communities/:id/logo', async (request: ById, reply) => {
      const { logo } = find(request);
      if (logo === undefined) throw missing();
      return reply.type(typeOf(Buffer.from(logo.base64, 'base64'))).send(Buffer.from(logo.base64, 'base64'));
    });
    images.put('/api/communities/:id/logo', async (request: ById, reply) => {
      const community = owned(request);
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      if (bytes.length > LARGEST) {
        throw new DomainError(
          400,
          `Logo size limit exceeded. Limit: 1 MB Given: ${megabytes(bytes.length)} MB`,
        );
      }
      const now = mock.clock.timestamp();
      community.logo = {
        base64: bytes.toString('base64'),
        created: community.logo?.created ?? now,
        updated: now,
      };
      return reply.type('application/json').send(spacedJson(logoJson(community, bytes)));
    });
    images.delete('/api/communities/:id/logo', async (request: ById, reply) => {
      const community = owned(request);
      if (community.logo === undefined) throw missing();
      delete community.logo;
      return reply.code(204).send();
    });
  });

  await app.register(async (featured) => {
    negotiateEither(featured);
    // Only staff features communities, and the mock has no staff: the list is empty, and all else
    // is refused.
    featured.get('/api/communities/featured', async (request, reply) => {
      return sendHits<Community>(request, reply, [], () => ({}));
    });
    for (const [method, path] of [
      ['GET', 'featured'],
      ['POST', 'featured'],
      ['PUT', 'featured/:entry'],
      ['DELETE', 'featured/:entry'],
    ] as const) {
      featured.route({
        method,
        url: `/api/communities/:id/${path}`,
        handler: async (request: ById) => {
          find(request);
          requireUser(request);
          throw permissionDenied();
        },
      });
    }
  });
};

function missing(): DomainError {
  return new DomainError(404, 'No logo exists for this community.');
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 100_000) / 10;
}

function logoJson({ logo, id }: Community, bytes: Buffer): Record<string, unknown> {
  return {
    key: 'logo',
    created: logo?.created,
    updated: logo?.updated,
    size: bytes.length,
    links: { self: `/api/communities/${id}/logo` },
  };
}

/** Detected from the first bytes, as browsers do. */
function typeOf(bytes: Buffer): string {
  if (bytes.subarray(0, 4).toString('latin1') === '\x89PNG') return 'image/png';
  if (bytes.subarray(0, 3).toString('hex') === 'ffd8ff') return 'image/jpeg';
  if (/^\s*(?:<\?xml[^>]*>\s*)?<svg/i.test(bytes.subarray(0, 500).toString('utf8'))) return 'image/svg+xml';
  return 'application/octet-stream';
}
