import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { uploadLinkOf } from '../../connections/caller.js';
import { problem } from '../../errors.js';
import { publicUrl } from '../../public-url.js';
import { DepositionParamsSchema } from '../../schemas/depositions.js';
import { withProblems } from '../../schemas/problem.js';
import { readMetadata } from '../../uploads/intake/tus/metadata.js';
import {
  bytesOf,
  CHUNK_TYPE,
  CREATION_PROBLEMS,
  describeFile,
  introduce,
  invalidHeader,
  lengthOf,
  nothing,
  requireChunk,
  SECURITY,
  speakTus,
  sumOf,
} from './protocol.js';

const Header = (description: string) => Type.Optional(Type.String({ description }));

/** Where files are announced that come by tus, in as many requests as they need. */
export const tusCreationRoutes: FastifyPluginAsyncTypebox = async (app) => {
  speakTus(app as never);

  app.options(
    '/depositions/:id/tus',
    {
      schema: {
        operationId: 'tusOptions',
        tags: ['Resumable uploads'],
        summary: 'List the tus extensions that are supported',
        description: 'Versions, extensions and checksums, as the protocol asks for them (tus 1.0, OPTIONS).',
        security: [],
        params: DepositionParamsSchema,
        response: withProblems({ 204: nothing('The headers `Tus-*` say it.') }),
      },
    },
    async (_request, reply) => introduce(reply, app.config.uploads.fileBytes).send(),
  );

  app.post(
    '/depositions/:id/tus',
    {
      config: { uploadLinks: true },
      schema: {
        security: SECURITY,
        operationId: 'tusCreate',
        tags: ['Resumable uploads'],
        summary: 'Create a tus upload for a file',
        description:
          'tus 1.0 with creation, creation-with-upload, termination, expiration and checksum. The answer says in `Location` where the bytes go. A file without `upload_id` is an upload of its own, which is complete with it; files with the same `upload_id` are one upload, complete when `…/complete` says so.',
        params: DepositionParamsSchema,
        headers: Type.Object({
          'tus-resumable': Header('`1.0.0`.'),
          'upload-length': Header(
            'Bytes of the file. They must be known: `Upload-Defer-Length` is not taken.',
          ),
          'upload-metadata': Header(
            'Pairs of a key and a value in base64: `filename`, `relativePath` of a file in a folder, `md5` in hex or base64, `upload_id` (a UUID of the caller’s own, the same for all files of an upload), `archive` (`zip` or `never`, what becomes of folders).',
          ),
          'upload-group': Header('The same as `upload_id` of the metadata.'),
          'upload-checksum': Header('Of the bytes that come with this request: see PATCH.'),
        }),
        form: Type.Union([
          Type.String({ format: 'binary', description: 'The first bytes of the file.' }),
          Type.Null(),
        ]),
        consumes: [CHUNK_TYPE],
        response: withProblems(
          { 201: nothing('Announced. The bytes go to `Location`.') },
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
      const sum = sumOf(request);
      if (brought !== null && brought > size)
        throw invalidHeader('upload-length', 'is less than the body that came');
      const depositionId = Number(request.params.id);
      const caller = await request.principal('begin');
      // Where an application made the link it has said what becomes of folders.
      const archive = uploadLinkOf(caller)?.folders ?? said.archive;
      const metadata = { ...said, archive };
      const file = await app.uploads.tus.create({
        depositionId,
        caller,
        requestId: request.id,
        size,
        metadata,
      });
      reply.header('location', publicUrl(request, `/depositions/${depositionId}/tus/${file.id}`));
      let offset = 0;
      if (brought !== 0) {
        const ref = { id: file.id, depositionId, caller };
        const chunk = { offset: 0, length: brought, sum };
        ({ offset } = await app.uploads.tus.patch(ref, chunk, request.raw));
      }
      return describeFile(reply, file, offset).code(201).send();
    },
  );
};

/** Throws invalid_request: Zenodo takes no file whose length is not known when it begins. */
function announcedLength(request: FastifyRequest): number {
  if (request.headers['upload-concat'] !== undefined) {
    throw problem(
      'invalid_request',
      'Files are not put together from partial uploads here. Send each as one upload, without parallelUploads.',
      { errors: [{ field: 'upload-concat', message: 'is not supported' }] },
    );
  }
  const size = bytesOf(request, 'upload-length');
  if (size !== null && request.headers['upload-defer-length'] === undefined) return size;
  throw invalidHeader(
    size === null ? 'upload-length' : 'upload-defer-length',
    size === null
      ? 'must say how many bytes the file has; Upload-Defer-Length is not supported'
      : 'is not supported: send Upload-Length alone',
  );
}
