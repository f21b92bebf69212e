import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { uploadLinkOf } from '../../connections/caller.js';
import { problem } from '../../errors.js';
import { MAX } from '../../schemas/body-limits.js';
import { DepositionParamsSchema } from '../../schemas/depositions.js';
import { withProblems } from '../../schemas/problem.js';
import { readMetadata } from '../../uploads/tus/upload-metadata.js';
import { publicUrl } from '../../urls.js';
import {
  byteCount,
  CHUNK_TYPE,
  CREATION_PROBLEMS,
  checksumOf,
  describeFile,
  describeServer,
  emptyResponse,
  invalidHeader,
  lengthOf,
  requireChunk,
  requireTusResumable,
  SECURITY,
} from './protocol.js';

const Header = (description: string) => Type.Optional(Type.String({ maxLength: MAX.head, description }));

/** Announces a file that is then sent by tus, in one or more requests. */
export const tusCreationRoutes: FastifyPluginAsyncTypebox = async (app) => {
  requireTusResumable(app as never);

  app.options(
    '/depositions/:id/tus',
    {
      schema: {
        operationId: 'tusOptions',
        tags: ['Resumable uploads'],
        summary: 'List the supported tus extensions',
        description: 'Returns the supported tus versions, extensions and checksum algorithms.',
        security: [],
        params: DepositionParamsSchema,
        response: withProblems({
          204: emptyResponse(
            'See the headers `Tus-Version`, `Tus-Extension`, `Tus-Max-Size` and `Tus-Checksum-Algorithm`.',
          ),
        }),
      },
    },
    async (_request, reply) => describeServer(reply, app.config.uploads.fileBytes).send(),
  );

  app.post(
    '/depositions/:id/tus',
    {
      config: { uploadLinks: true, bringsFiles: true },
      schema: {
        security: SECURITY,
        operationId: 'tusCreate',
        tags: ['Resumable uploads'],
        summary: 'Create a tus upload for a file',
        description:
          'Supports tus 1.0 with the extensions creation, creation-with-upload, termination, expiration and checksum. Send the bytes to the URL in `Location`. A file without `upload_id` is an upload of its own, which is complete when the file is. Files with the same `upload_id` form one upload; call `…/complete` when all of them have been sent.',
        params: DepositionParamsSchema,
        headers: Type.Object({
          'tus-resumable': Header('`1.0.0`.'),
          'upload-length': Header(
            'Size of the file in bytes. It is required: `Upload-Defer-Length` is not supported.',
          ),
          'upload-metadata': Header(
            'Pairs of a key and a value in base64. `filename`; `relativePath`, if the file is in a folder; `md5`, in hex or base64; `checksum`, the same as `md5:…`; `upload_id`, a UUID that you choose for all files of an upload; `archive`, `zip` or `never`, as in the upload form.',
          ),
          'upload-group': Header('Same as `upload_id` in `Upload-Metadata`.'),
          'upload-checksum': Header('Checksum of the bytes in this request; see PATCH.'),
        }),
        form: Type.Union([
          Type.String({ format: 'binary', description: 'First bytes of the file.' }),
          Type.Null(),
        ]),
        consumes: [CHUNK_TYPE],
        response: withProblems(
          { 201: emptyResponse('The file is announced. Send its bytes to `Location`.') },
          ...CREATION_PROBLEMS,
          'upload_link_limit',
        ),
      },
    },
    async (request, reply) => {
      const size = announcedLength(request);
      const said = readMetadata(
        String(request.headers['upload-metadata'] ?? ''),
        request.headers['upload-group'],
      );
      const brought = lengthOf(request);
      if (brought !== 0) requireChunk(request);
      const sum = checksumOf(request);
      if (brought !== null && brought > size)
        throw invalidHeader('upload-length', 'is less than the length of the body');
      const depositionId = Number(request.params.id);
      const caller = await request.principal('continue');
      // For an upload link, the application has already decided what happens to folders.
      const archive = uploadLinkOf(caller)?.folders ?? said.archive;
      const metadata = { ...said, archive };
      const created = await app.uploads.tus.create({
        depositionId,
        caller,
        requestId: request.id,
        size,
        metadata,
      });
      const { file } = created;
      reply.header('location', publicUrl(request, `/depositions/${depositionId}/tus/${file.id}`));
      let offset = 0;
      if (brought !== 0) {
        const chunk = { offset: 0, length: brought, sum };
        offset = await app.uploads.tus.begin(created, caller, chunk, request.raw);
      }
      return describeFile(reply, file, offset).code(201).send();
    },
  );
};

/** Throws invalid_request: Zenodo accepts no file of unknown length. */
function announcedLength(request: FastifyRequest): number {
  if (request.headers['upload-concat'] !== undefined) {
    throw problem(
      'invalid_request',
      'Concatenation of partial uploads is not supported. Send each file as one upload, without parallelUploads.',
      { errors: [{ field: 'upload-concat', message: 'is not supported' }] },
    );
  }
  const size = byteCount(request, 'upload-length');
  if (size !== null && request.headers['upload-defer-length'] === undefined) return size;
  throw invalidHeader(
    size === null ? 'upload-length' : 'upload-defer-length',
    size === null
      ? 'must be the number of bytes of the file; Upload-Defer-Length is not supported'
      : 'is not supported: send only Upload-Length',
  );
}
