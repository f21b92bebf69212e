import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { problem } from '../../errors.js';
import { FileParamsSchema } from '../../schemas/files.js';
import { withProblems } from '../../schemas/problem.js';
import { UploadRef } from '../../schemas/uploads.js';
import { receiveRaw } from '../../uploads/intake/receive-raw.js';
import { answerUpload, contentLengthOf, UPLOAD_PROBLEMS } from './answer-upload.js';

/** The straight upload: one file as the body, its length known, passed on while it arrives. */
export const uploadRawRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.put(
    '/depositions/:id/files/:name',
    {
      config: { uploadLinks: true },
      schema: {
        security: [{ accessToken: [] }, { uploadLink: [] }],
        operationId: 'putFile',
        tags: ['Files'],
        summary: 'Send one file to a draft',
        description:
          'The body is the file, whatever its Content-Type but a form’s; Content-Length is needed. It is passed on to Zenodo while it arrives. Any name that Zenodo takes is kept exactly.',
        params: FileParamsSchema,
        headers: Type.Object({
          prefer: Type.Optional(
            Type.String({ description: '`respond-async` answers 202 as soon as all bytes are here.' }),
          ),
          'content-length': Type.Optional(
            Type.String({
              pattern: '^[0-9]+$',
              description: 'Bytes of the file. HTTP libraries set it where they know it; without it: 411.',
            }),
          ),
          'content-md5': Type.Optional(
            Type.String({
              pattern: '^([0-9a-fA-F]{32}|[A-Za-z0-9+/]{22}==)$',
              description: 'md5 of the file, in hex or base64: compared before anything is kept.',
            }),
          ),
        }),
        form: Type.String({ format: 'binary', description: 'The bytes of the file.' }),
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

/** A PUT of a part would pass for the whole (RFC 9110, 14.5). */
function partOfFile() {
  return problem('invalid_request', 'PUT takes whole files. Send all of it, without Content-Range.', {
    errors: [{ field: 'content-range', message: 'must not be sent' }],
  });
}

/**
 * With `requests.put(…, files=…)` the file on Zenodo would begin and end with the form's own lines.
 */
function formAsFile() {
  return problem(
    'unsupported_media_type',
    'The body of PUT is the file itself, not a form. Send the bytes alone, or send the form with POST to …/files.',
    { errors: [{ field: 'content-type', message: 'is multipart/form-data' }] },
  );
}
