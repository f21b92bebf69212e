import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../errors.js';
import { withProblems } from '../../schemas/problem.js';
import { UploadParamsSchema, UploadQuerySchema, UploadRef } from '../../schemas/uploads.js';
import { whenAborted } from '../../time.js';
import { toUpload, toUploadHead, viewerOf } from '../../uploads/view.js';

const PROBLEMS = ['upload_not_found'] as const;

/**
 * The application calls with the access token of the user, the upload page with the secret of its
 * link.
 */
const SECURITY = [{ accessToken: [] }, { uploadLink: [] }];

/** Errors that mean that a token or a link has ended. */
const ENDED: ReadonlySet<string> = new Set([
  'invalid_token',
  'reauthorization_required',
  'invalid_upload_link',
  'upload_link_ended',
]);

/**
 * Whether the caller may still see the upload. True if that cannot be determined now.
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
 * The state of an upload. Does not call Zenodo. Only the caller who sent the files may see it.
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
        summary: 'Get the state of an upload',
        description: 'Returns state, progress and outcome of the upload and of each of its files.',
        params: UploadParamsSchema,
        querystring: UploadQuerySchema,
        response: withProblems({ 200: UploadRef }, ...PROBLEMS),
      },
    },
    async (request) => {
      const caller = await request.principal('look');
      if (request.query.parts === 'first') {
        return toUploadHead(await app.uploads.readHead(request.params.uploadId, caller), viewerOf(request));
      }
      return toUpload(await app.uploads.read(request.params.uploadId, caller), viewerOf(request));
    },
  );

  app.get(
    '/uploads/:uploadId/events',
    {
      // HEAD would open a stream that the caller does not read.
      exposeHeadRoute: false,
      config: { uploadLinks: true },
      schema: {
        security: SECURITY,
        operationId: 'watchUpload',
        tags: ['Uploads'],
        summary: 'Watch an upload',
        description:
          'Sends server-sent events named `upload`. The data of each event is the whole upload, as `GET /uploads/{uploadId}` returns it. The stream ends with the upload. It also ends, within seconds, when the access token or upload link that opened it has ended.',
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
      whenAborted(request.gone, () => events.destroy());
      // Keeps proxies from buffering events.
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
        description: 'Files that are already at Zenodo stay there. An upload that has ended does not change.',
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
