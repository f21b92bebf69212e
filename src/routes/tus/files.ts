import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Caller } from '../../connections/caller.js';
import { MAX } from '../../schemas/body-limits.js';
import { withProblems } from '../../schemas/problem.js';
import { TusFileParamsSchema } from '../../schemas/tus.js';
import type { TusFileRef } from '../../uploads/tus/tus-intake.js';
import {
  byteCount,
  CHUNK_PROBLEMS,
  CHUNK_TYPE,
  checksumOf,
  describeFile,
  describeServer,
  emptyResponse,
  FILE_PROBLEMS,
  invalidHeader,
  lengthOf,
  requireChunk,
  requireTusResumable,
  SECURITY,
} from './protocol.js';

const VERSION = Type.Optional(Type.String({ maxLength: MAX.head, description: '`1.0.0`.' }));
const URL = '/depositions/:id/tus/:fileId';

/** One file that is sent by tus: its offset, its bytes, its removal. */
export const tusFileRoutes: FastifyPluginAsyncTypebox = async (app) => {
  requireTusResumable(app as never);

  app.options(
    URL,
    { schema: { hide: true, params: TusFileParamsSchema } },
    async (_request, reply: FastifyReply) => describeServer(reply, app.config.uploads.fileBytes).send(),
  );

  app.head(
    URL,
    {
      config: { uploadLinks: true },
      schema: {
        security: SECURITY,
        operationId: 'tusOffset',
        tags: ['Resumable uploads'],
        summary: 'Get how much of a file has arrived',
        description:
          '`Upload-Offset` is the number of bytes that have arrived. The call does not disturb a request that is sending bytes.',
        params: TusFileParamsSchema,
        headers: Type.Object({ 'tus-resumable': VERSION }),
        response: withProblems(
          {
            200: emptyResponse(
              'See the headers `Upload-Offset`, `Upload-Length`, `Upload-Expires` and `Upload-Metadata`.',
            ),
          },
          ...FILE_PROBLEMS,
        ),
      },
    },
    async (request, reply) => {
      const caller = await request.principal('continue');
      const { file, offset } = await app.uploads.tus.offset(refOf(request.params, caller));
      if (file.metadata !== null) reply.header('upload-metadata', file.metadata);
      return describeFile(reply, file, offset).header('upload-length', String(file.size)).code(200).send();
    },
  );

  app.patch(
    URL,
    {
      config: { uploadLinks: true },
      schema: {
        security: SECURITY,
        operationId: 'tusPatch',
        tags: ['Resumable uploads'],
        summary: 'Send bytes of a tus upload',
        description:
          'The bytes are forwarded to Zenodo while they arrive. If the request is interrupted, the bytes that have arrived are kept; get the offset with HEAD and resume there. With `Upload-Checksum`, a chunk is kept as a whole or not at all.',
        params: TusFileParamsSchema,
        headers: Type.Object({
          'tus-resumable': VERSION,
          'upload-offset': Type.Optional(
            Type.String({
              maxLength: MAX.head,
              description: 'Offset at which the chunk starts: the number of bytes that have arrived.',
            }),
          ),
          'upload-checksum': Type.Optional(
            Type.String({
              maxLength: MAX.head,
              description: '`md5`, `sha1` or `sha256`, a space, and the checksum of the chunk in base64.',
            }),
          ),
        }),
        form: Type.String({ format: 'binary', description: 'The bytes of the chunk.' }),
        consumes: [CHUNK_TYPE],
        response: withProblems(
          { 204: emptyResponse('The bytes have arrived. `Upload-Offset` is where the next chunk starts.') },
          ...CHUNK_PROBLEMS,
        ),
      },
    },
    async (request, reply) => {
      requireChunk(request);
      const offset = byteCount(request, 'upload-offset');
      if (offset === null)
        throw invalidHeader('upload-offset', 'must be the offset at which the chunk starts');
      const chunk = { offset, length: lengthOf(request), sum: checksumOf(request) };
      const caller = await request.principal('continue');
      const ref = refOf(request.params, caller);
      const { file, offset: now } = await app.uploads.tus.patch(ref, chunk, request.raw);
      return describeFile(reply, file, now).code(204).send();
    },
  );

  app.delete(
    URL,
    {
      config: { uploadLinks: true },
      schema: {
        security: SECURITY,
        operationId: 'tusTerminate',
        tags: ['Resumable uploads'],
        summary: 'Terminate a tus upload and remove its file',
        description:
          'Removes the bytes from this service. A file that is already at Zenodo stays there. It cannot be removed with an upload link that has `max_bytes` or `max_files`.',
        params: TusFileParamsSchema,
        headers: Type.Object({ 'tus-resumable': VERSION }),
        response: withProblems(
          { 204: emptyResponse('The file is removed.') },
          ...FILE_PROBLEMS,
          'upload_complete',
        ),
      },
    },
    async (request, reply) => {
      const caller = await request.principal('continue');
      await app.uploads.tus.remove(refOf(request.params, caller));
      return reply.code(204).send();
    },
  );
};

function refOf({ id, fileId }: { id: string; fileId: string }, caller: Caller): TusFileRef {
  return { id: fileId.toLowerCase(), depositionId: Number(id), caller };
}
