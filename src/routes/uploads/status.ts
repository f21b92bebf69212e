import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../errors.js';
import { withProblems } from '../../schemas/problem.js';
import { UploadParamsSchema, UploadRef } from '../../schemas/uploads.js';
import { toUpload, viewerOf } from '../../uploads/view.js';

const PROBLEMS = ['upload_not_found'] as const;

/**
 * The application looks with the user's token, the page with the secret of the link that the files
 * came by.
 */
const SECURITY = [{ accessToken: [] }, { uploadLink: [] }];

/** What says that a token or a link has ended. */
const ENDED: ReadonlySet<string> = new Set(['invalid_token', 'invalid_upload_link', 'upload_link_ended']);

/**
 * Whether the sender of a request would be let in again. Where that cannot be said now, they are.
 */
async function mayStillLook(request: FastifyRequest): Promise<boolean> {
  try {
    await request.principal('look');
    return true;
  } catch (error) {
    return !(error instanceof Problem && ENDED.has(error.code));
  }
}

/**
 * How an upload is going. Asks nothing of Zenodo; only the caller who brought the files may look.
 */
export const uploadStatusRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/uploads/:uploadId',
    {
      config: { uploadLinks: true },
      schema: {
        security: SECURITY,
        operationId: 'getUpload',
        tags: ['Uploads'],
        summary: 'See how an upload is going',
        description: 'State, progress and outcome of the upload and of each of its files.',
        params: UploadParamsSchema,
        response: withProblems({ 200: UploadRef }, ...PROBLEMS),
      },
    },
    async (request) => {
      const caller = await request.principal('look');
      return toUpload(await app.uploads.read(request.params.uploadId, caller), viewerOf(request));
    },
  );

  app.get(
    '/uploads/:uploadId/events',
    {
      // A caller who asks with HEAD would open a stream that is not read.
      exposeHeadRoute: false,
      config: { uploadLinks: true },
      schema: {
        security: SECURITY,
        operationId: 'watchUpload',
        tags: ['Uploads'],
        summary: 'Watch an upload',
        description:
          'Server-sent events named `upload`; the data of each is the whole upload as GET /uploads/{uploadId} answers it. The stream ends with the upload, and within seconds once the token or the link that it was opened with has ended.',
        params: UploadParamsSchema,
        response: withProblems(
          {
            200: Type.Unsafe<NodeJS.ReadableStream>({
              description: 'The stream of events.',
              content: { 'text/event-stream': { schema: Type.String() } },
            }),
          },
          ...PROBLEMS,
        ),
      },
    },
    async (request, reply) => {
      const caller = await request.principal('look');
      const viewer = viewerOf(request);
      const upload = await app.uploads.read(request.params.uploadId, caller);
      const events = app.uploads.watch(upload, {
        shape: (now) => toUpload(now, viewer),
        mayStill: () => mayStillLook(request),
      });
      // Proxies must not collect events until there are enough of them.
      reply.header('x-accel-buffering', 'no').type('text/event-stream');
      return reply.send(events);
    },
  );

  app.delete(
    '/uploads/:uploadId',
    {
      config: { uploadLinks: true },
      schema: {
        security: SECURITY,
        operationId: 'cancelUpload',
        tags: ['Uploads'],
        summary: 'Cancel an upload',
        description: 'What it has brought to Zenodo already stays there. One that is over stays as it is.',
        params: UploadParamsSchema,
        response: withProblems({ 200: UploadRef }, ...PROBLEMS),
      },
    },
    async (request) => {
      const caller = await request.principal('continue');
      const { uploadId } = request.params;
      await app.uploads.read(uploadId, caller);
      await app.uploads.cancel(uploadId);
      return toUpload(await app.uploads.read(uploadId, caller), viewerOf(request));
    },
  );
};
