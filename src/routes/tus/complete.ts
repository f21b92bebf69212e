import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { uploadLinkOf } from '../../connections/caller.js';
import { problem } from '../../errors.js';
import { withProblems } from '../../schemas/problem.js';
import { CompletionSchema, TusUploadParamsSchema } from '../../schemas/tus.js';
import { UploadRef } from '../../schemas/uploads.js';
import { toUpload, viewerOf } from '../../uploads/view.js';

import { SECURITY } from './protocol.js';

/** Seconds after which a caller should ask again how an upload is going. */
const RETRY_AFTER = 5;

/** The caller says that no more files of an upload will come by tus. */
export const tusCompleteRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/depositions/:id/tus/:uploadId/complete',
    {
      config: { uploadLinks: true },
      schema: {
        security: SECURITY,
        operationId: 'tusComplete',
        tags: ['Resumable uploads'],
        summary: 'Complete an upload: no more files will come',
        description:
          'Of files that were grouped by `upload_id`. Folders become zips now, as those of a form. The upload goes on by itself. May be repeated.',
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
        throw problem('upload_not_found', 'No such upload to this deposition.');
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
