import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { toDeposition } from '../../depositions/view.js';
import { problem } from '../../errors.js';
import { endIfSlow } from '../../plugins/body-timeout.js';
import { DepositionFileSchema, DepositionParamsSchema } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';
import { FileParamsSchema } from '../../schemas/upload-form.js';
import { createSemaphore } from '../../semaphore.js';
import { whenAborted, withDeadline } from '../../time.js';
import { checkName, quoted } from '../../uploads/plan/file-names.js';
import { removeFiles } from '../../uploads/transfer/other-files.js';
import { refusePublished } from '../../uploads/transfer/read-draft.js';
import { bucketOf } from '../../zenodo/deposit-api.js';
import type { ZenodoDeposition } from '../../zenodo/deposition.js';
import { zenodoLate } from '../../zenodo/unreachable.js';

/** Headers of a file that are passed on. */
const KEPT = ['content-type', 'content-length', 'content-disposition', 'etag', 'last-modified'];

/** What Node accepts as the value of a header. */
const SENDABLE = /^[ -~]+$/;

/** Downloads at once, in all and of one user. */
const DOWNLOADS = 64;
const DOWNLOADS_PER_USER = 16;

/** Lists, reads and removes files of a draft or record. */
export const draftFileRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const downloads = createSemaphore(DOWNLOADS, DOWNLOADS_PER_USER);

  app.get(
    '/depositions/:id/files',
    {
      schema: {
        operationId: 'listFiles',
        tags: ['Files'],
        summary: 'List the files of a draft or record',
        description: 'Returns name, size and MD5 checksum of each file at Zenodo.',
        params: DepositionParamsSchema,
        response: withProblems(
          { 200: Type.Object({ deposition_id: Type.Integer(), files: Type.Array(DepositionFileSchema) }) },
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request) => {
      const deposition = await app.depositions.read(
        await request.caller(),
        Number(request.params.id),
        request.limits(),
      );
      return {
        deposition_id: deposition.id,
        files: toDeposition(deposition, null, request.linkBases()).files,
      };
    },
  );

  app.get(
    '/depositions/:id/files/:name',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'downloadFile',
        tags: ['Files'],
        summary: 'Download a file of a draft or record',
        description:
          'Streams the file from Zenodo. Works for drafts too, and for restricted records that the user may read. A download ends if its reader takes less than 1 KiB a second for a minute. `HEAD` returns the length of the file without asking Zenodo for its bytes.',
        params: FileParamsSchema,
        response: withProblems(
          {
            200: Type.Unsafe<NodeJS.ReadableStream>({
              description: 'The file, with the content type that Zenodo sends.',
              content: { '*/*': { schema: Type.String({ format: 'binary' }) } },
            }),
          },
          'invalid_file_name',
          'file_not_found',
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      checkName(name);
      const caller = await request.caller();
      const depositionId = Number(request.params.id);
      // Until the first byte. The file itself may take as long as its reader.
      const limits = request.limits();
      const deposition = await app.depositions.read(caller, depositionId, limits);
      const { filesize } = fileOf(deposition, name);
      const bucketId = bucketOf(deposition, app.zenodo.origin);
      const { deposits } = app.connections.zenodo(caller, limits);
      const release = await withDeadline(
        limits.left(),
        request.gone,
        (signal) => downloads.acquire(caller.owner, signal),
        tooManyDownloads,
      );
      whenAborted(request.gone, release);
      request.gone.throwIfAborted();
      const file = await deposits.getFile(bucketId, name, depositionId);
      whenAborted(request.gone, () => file.body.destroy());
      if (Number(file.headers['content-length'] ?? filesize) !== filesize) {
        file.body.on('error', () => undefined).destroy();
        throw problem('zenodo_invalid_answer', 'Zenodo sent something else than the file. Try again later.');
      }
      endIfSlow(reply);
      reply.type('application/octet-stream');
      for (const header of KEPT) {
        const value = file.headers[header];
        if (typeof value === 'string' && SENDABLE.test(value)) reply.header(header, value);
      }
      // No browser may run the file on the origin of this service, whatever its content type.
      reply.header('content-security-policy', "default-src 'none'; sandbox");
      return reply.send(file.body);
    },
  );

  app.head(
    '/depositions/:id/files/:name',
    { schema: { hide: true, params: FileParamsSchema } },
    async (request, reply) => {
      const { id, name } = request.params;
      checkName(name);
      const deposition = await app.depositions.read(await request.caller(), Number(id), request.limits());
      const { filesize } = fileOf(deposition, name);
      return reply.type('application/octet-stream').header('content-length', filesize).send();
    },
  );

  app.delete(
    '/depositions/:id/files/:name',
    {
      schema: {
        operationId: 'deleteFile',
        tags: ['Files'],
        summary: 'Remove a file from a draft',
        description: 'The files of a published record cannot be removed. Create a new version first.',
        params: FileParamsSchema,
        response: withProblems(
          { 204: Type.Null() },
          'invalid_file_name',
          'file_not_found',
          'already_published',
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      checkName(name);
      const caller = await request.caller();
      const depositionId = Number(request.params.id);
      const limits = request.limits();
      const deposition = await app.depositions.read(caller, depositionId, limits);
      refusePublished(deposition);
      const zenodoFor: typeof app.connections.zenodo = (...call) => app.connections.zenodo(...call);
      const file = fileOf(deposition, name);
      const remove = (signal: AbortSignal) =>
        removeFiles({ zenodoFor }, { caller, depositionId, signal }, [file]);
      await withDeadline(limits.left(), undefined, remove, zenodoLate);
      app.uploads.forgetDraft(depositionId);
      return reply.code(204).send(null);
    },
  );
};

function tooManyDownloads() {
  return problem('too_many_requests', 'Too many downloads are running. Wait until one of them ends.', {
    retry_after: 5,
  });
}

function fileOf(deposition: ZenodoDeposition, name: string) {
  const file = deposition.files?.find(({ filename }) => filename === name);
  if (file !== undefined) return file;
  throw problem('file_not_found', `Deposition ${deposition.id} has no file named ${quoted(name)}.`);
}
