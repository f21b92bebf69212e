import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { uploadLinkOf } from '../../connections/caller.js';
import { problem } from '../../errors.js';
import { withProblems } from '../../schemas/problem.js';
import { CompletionSchema, TusUploadParamsSchema } from '../../schemas/tus.js';
import { UploadRef } from '../../schemas/uploads.js';
import { toUpload, viewerOf } from '../../uploads/view.js';

import { SECURITY } from './protocol.js';

/** Seconds after which a caller should ask for the state of an upload again. */
const RETRY_AFTER = 5;

/** The caller declares that it will send no more files of an upload by tus. */
export const tusCompleteRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions/:id/tus/:uploadId/complete',
    {
      config: { uploadLinks: true, bringsFiles: true },
      schema: {
        security: SECURITY,
        operationId: 'tusComplete',
        tags: ['Resumable uploads'],
        summary: 'Complete an upload',
        description:
          'Call this after all files with the same `upload_id` have been sent. Folders then become zips, as in an upload form, and the upload continues in the background. The call can be repeated.',
        params: TusUploadParamsSchema,
        body: CompletionSchema,
        response: withProblems({ 202: UploadRef }, 'upload_not_found', 'upload_unfinished', 'no_files'),
      },
    },
    async (request, reply) => {
      const caller = await request.principal('continue');
      const { id, uploadId } = request.params;
      const upload = await app.uploads.read(uploadId.toLowerCase(), caller);
      if (Number(upload.depositionId) !== Number(id)) {
        throw problem('upload_not_found', 'This deposition has no such upload. Check the upload_id.');
      }
      const { sync: wanted = false, folders = null } = request.body ?? {};
      const sync = uploadLinkOf(caller)?.sync ?? wanted;
      await app.uploads.tus.complete(upload, { sync, folders });
      const now = toUpload(await app.uploads.read(upload.id, caller), viewerOf(request));
      reply.code(202).header('location', now.status_url).header('retry-after', String(RETRY_AFTER));
      return now;
    },
  );
};
