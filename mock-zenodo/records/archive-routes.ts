import { Readable } from 'node:stream';
import { makeZip } from 'client-zip';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { requireAccept } from '../deposit/negotiation.js';
import { type ById, draftFiles, type Files, recordFiles } from './record-file-routes.js';

/**
 * All files of a draft or record as one zip, uncompressed
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/resources/files/resource.py`).
 */
export const archiveRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  const areas = [
    ['/api/records/:id/files-archive', recordFiles],
    ['/api/records/:id/draft/files-archive', draftFiles],
  ] as const;
  for (const [path, find] of areas) {
    app.get(path, async (request: ById, reply) => {
      requireAccept(request);
      return sendArchive(mock, request, reply, find(mock, request));
    });
  }
};

function sendArchive(
  mock: MockContext,
  { method }: FastifyRequest,
  reply: FastifyReply,
  { deposition, state }: Files,
): FastifyReply {
  const files = state.files.filter(({ status }) => status === 'completed');
  async function* entries() {
    for (const { key, size, updated, blobId } of files) {
      const input = await mock.blobs.read(blobId ?? '', size);
      yield { name: key, size, lastModified: new Date(updated), input };
    }
  }
  return reply
    .header('content-type', 'application/zip')
    .header('content-disposition', `attachment; filename=${deposition.id}.zip`)
    .send(method === 'HEAD' ? Readable.from([]) : Readable.fromWeb(makeZip(entries())));
}
