import multipart from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { formCaller } from '../../plugins/access-token.js';
import { MAX } from '../../schemas/body-limits.js';
import { DepositionParamsSchema } from '../../schemas/depositions.js';
import { withProblems } from '../../schemas/problem.js';
import { UploadFormSchema } from '../../schemas/upload-form.js';
import { UploadRef } from '../../schemas/uploads.js';
import { FORM_LIMITS, receiveForm } from '../../uploads/intake/receive-form.js';
import { noFiles, takesForm } from '../../uploads/intake/upload-request.js';
import { answerUpload, contentLengthOf, UPLOAD_PROBLEMS } from './answer-upload.js';

/** The documented upload: a form with files. */
export const uploadFormRoute: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(multipart, { limits: FORM_LIMITS });
  // For a form that was sent as JSON by mistake, "not valid JSON" would not help.
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', (_request, _body, done) => done(null));

  app.post(
    '/depositions/:id/files',
    {
      config: { bringsFiles: true },
      schema: {
        operationId: 'uploadFiles',
        tags: ['Files'],
        summary: 'Send files to a draft',
        description:
          'Sends files to the draft; each folder becomes one zip. Files that the draft already has are not sent again, so the call is safe to repeat. The call waits for Zenodo. If that takes long, it returns 202, and the upload continues in the background.',
        params: DepositionParamsSchema,
        headers: Type.Object({
          prefer: Type.Optional(
            Type.String({
              maxLength: MAX.head,
              description: '`respond-async` returns 202 as soon as all bytes have arrived.',
            }),
          ),
        }),
        form: UploadFormSchema,
        response: withProblems({ 200: UploadRef, 202: UploadRef }, ...UPLOAD_PROBLEMS),
      },
    },
    async (request, reply) => {
      if (!request.isMultipart()) {
        if (request.body === undefined) throw takesForm(request.headers['content-type']);
        await request.caller();
        throw noFiles();
      }
      const receiver = app.uploads.receive({
        depositionId: Number(request.params.id),
        requestId: request.id,
        contentLength: contentLengthOf(request),
        maxUnauthenticated: app.config.maxUnauthenticatedBytes,
      });
      return answerUpload(request, reply, await receiveForm(request, formCaller(request), receiver));
    },
  );
};
