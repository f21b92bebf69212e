import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Caller } from '../../connections/caller.js';
import { withProblems } from '../../schemas/problem.js';
import { TusFileParamsSchema } from '../../schemas/tus.js';
import type { TusFileRef } from '../../uploads/intake/tus/tus-intake.js';
import {
  bytesOf,
  CHUNK_PROBLEMS,
  CHUNK_TYPE,
  describeFile,
  FILE_PROBLEMS,
  introduce,
  invalidHeader,
  lengthOf,
  nothing,
  requireChunk,
  SECURITY,
  speakTus,
  sumOf,
} from './protocol.js';

const VERSION = Type.Optional(Type.String({ description: '`1.0.0`.' }));
const URL = '/depositions/:id/tus/:fileId';

/** One file that comes by tus: how far it is, its bytes, its end. */
export const tusFileRoutes: FastifyPluginAsyncTypebox = async (app) => {
  speakTus(app as never);

  app.options(
    URL,
    { schema: { hide: true, params: TusFileParamsSchema } },
    async (_request, reply: FastifyReply) => introduce(reply, app.config.uploads.fileBytes).send(),
  );

  app.head(
    URL,
    {
      config: { uploadLinks: true },
      schema: {
        security: SECURITY,
        operationId: 'tusOffset',
        tags: ['Resumable uploads'],
        summary: 'Read how much of a file has arrived',
        description:
          '`Upload-Offset` says how many bytes are here. Asking disturbs no request that is sending them.',
        params: TusFileParamsSchema,
        headers: Type.Object({ 'tus-resumable': VERSION }),
        response: withProblems(
          { 200: nothing('`Upload-Offset`, `Upload-Length`, `Upload-Expires`.') },
          ...FILE_PROBLEMS,
        ),
      },
    },
    async (request, reply) => {
      const caller = await request.principal('continue');
      const { file, offset } = await app.uploads.tus.offset(refOf(request.params, caller));
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
          'They are passed on to Zenodo while they arrive. What has come of a request that breaks off stays: ask with HEAD where to go on. With `Upload-Checksum` a chunk is taken whole or not at all.',
        params: TusFileParamsSchema,
        headers: Type.Object({
          'tus-resumable': VERSION,
          'upload-offset': Type.Optional(
            Type.String({ description: 'Where the chunk begins: as many bytes as are here.' }),
          ),
          'upload-checksum': Type.Optional(
            Type.String({
              description: '`md5`, `sha1` or `sha256`, a blank, and the sum of the chunk in base64.',
            }),
          ),
        }),
        form: Type.String({ format: 'binary', description: 'The bytes.' }),
        consumes: [CHUNK_TYPE],
        response: withProblems(
          { 204: nothing('They are here. `Upload-Offset` says where to go on.') },
          ...CHUNK_PROBLEMS,
        ),
      },
    },
    async (request, reply) => {
      requireChunk(request);
      const offset = bytesOf(request, 'upload-offset');
      if (offset === null) throw invalidHeader('upload-offset', 'must say where the chunk begins');
      const chunk = { offset, length: lengthOf(request), sum: sumOf(request) };
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
        summary: 'End a tus upload and remove its file',
        description: 'Its bytes are removed here. What is on Zenodo already stays there.',
        params: TusFileParamsSchema,
        headers: Type.Object({ 'tus-resumable': VERSION }),
        response: withProblems({ 204: nothing('Gone.') }, ...FILE_PROBLEMS, 'upload_complete'),
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
