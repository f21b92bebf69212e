import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { problem } from '../../errors.js';
import { MAX } from '../../schemas/body-limits.js';
import { withProblems } from '../../schemas/problem.js';
import { FileParamsSchema } from '../../schemas/upload-form.js';
import { UploadRef } from '../../schemas/uploads.js';
import { receiveRaw } from '../../uploads/intake/receive-raw.js';
import { answerUpload, contentLengthOf, UPLOAD_PROBLEMS } from './answer-upload.js';

/** The raw upload: one file of known length as the body, forwarded while it arrives. */
export const uploadRawRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.put(
    '/depositions/:id/files/:name',
    {
      config: { uploadLinks: true, bringsFiles: true },
      schema: {
        security: [{ accessToken: [] }, { uploadLink: [] }],
        operationId: 'putFile',
        tags: ['Files'],
        summary: 'Send one file to a draft',
        description:
          'The body is the file. It may have any `Content-Type` except that of a form, and must have a `Content-Length`. The file is forwarded to Zenodo while it arrives, and keeps its name exactly.',
        params: FileParamsSchema,
        headers: Type.Object({
          prefer: Type.Optional(
            Type.String({
              maxLength: MAX.head,
              description: '`respond-async` returns 202 as soon as all bytes have arrived.',
            }),
          ),
          'content-length': Type.Optional(
            Type.String({
              pattern: '^[0-9]+$',
              description:
                'Size of the file in bytes. Without it, the response is 411. Most HTTP libraries set it.',
            }),
          ),
          'content-md5': Type.Optional(
            Type.String({
              pattern: '^([0-9a-fA-F]{32}|[A-Za-z0-9+/]{22}==)$',
              description:
                'MD5 checksum of the file, in hex or base64. The file is compared with it before it is kept.',
            }),
          ),
        }),
        form: Type.String({ format: 'binary', description: 'Content of the file.' }),
        consumes: ['application/octet-stream'],
        response: withProblems(
          { 200: UploadRef, 202: UploadRef },
          ...UPLOAD_PROBLEMS,
          'upload_link_limit',
          'length_required',
        ),
      },
      onRequest: async (request) => {
        if (/^multipart\/form-data/i.test(request.headers['content-type'] ?? '')) throw formAsFile();
        if (request.headers['content-range'] !== undefined) throw partOfFile();
        if (request.headers['content-length'] !== undefined) return;
        throw problem('length_required', 'Send the file with its Content-Length, not in chunks.');
      },
    },
    async (request, reply) => {
      const { id, name } = request.params;
      const receiver = app.uploads.receive({
        depositionId: Number(id),
        requestId: request.id,
        contentLength: contentLengthOf(request),
        maxUnauthenticated: 0,
      });
      const worker = await receiveRaw(request, receiver, {
        name,
        size: Number(request.headers['content-length']),
        md5: request.headers['content-md5'],
      });
      return answerUpload(request, reply, worker);
    },
  );
};

/** A PUT of a part would be taken for the whole file (RFC 9110, section 14.5). */
function partOfFile() {
  return problem(
    'invalid_request',
    'PUT accepts whole files only. Send the whole file, without Content-Range.',
    {
      errors: [{ field: 'content-range', message: 'must not be sent' }],
    },
  );
}

/**
 * With `requests.put(…, files=…)` the file at Zenodo would contain the boundaries of the form.
 */
function formAsFile() {
  return problem(
    'unsupported_media_type',
    'The body of PUT is the file itself, not a form. Send only the bytes, or send the form with POST to …/files.',
    { errors: [{ field: 'content-type', message: 'is multipart/form-data' }] },
  );
}
