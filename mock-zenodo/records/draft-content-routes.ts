import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { eitherJson } from '../deposit/negotiation.js';
import { methodNotAllowed } from '../errors.js';
import { receiveBody, requireBytes } from '../files/incoming.js';
import { sizeLimit } from '../files/limits.js';
import { dropFile, removeBlobs } from '../files/stored-files.js';
import { lingerAfterRefusal } from '../files/unread-body.js';
import { spacedJson } from '../json.js';
import { originOf } from '../origin.js';
import { openDraft } from './draft-file-routes.js';
import { fileEntry } from './file-entries.js';
import { findFile } from './record-file-routes.js';

const CONTENT = '/content';

type ByKey = FastifyRequest<{ Params: { id: string; '*': string } }>;

/**
 * Uploads the bytes of a file that was registered
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/resources/files/resource.py`).
 */
export const draftContentRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  lingerAfterRefusal(app);

  app.put('/api/records/:id/draft/files/*', async (request: ByKey, reply) => {
    eitherJson(request);
    const path = request.params['*'];
    if (!path.endsWith(CONTENT)) throw methodNotAllowed('DELETE, GET, HEAD, OPTIONS, POST');
    requireBytes(request);
    const open = () => {
      const { deposition, draft } = openDraft(mock, request);
      const file = findFile(deposition, draft, path.slice(0, -CONTENT.length));
      return { deposition, draft, file, limit: sizeLimit(mock, deposition, draft, file) };
    };
    const blobId = mock.ids.uuid();
    const received = await receiveBody(request, reply, blobId, open().limit);
    try {
      const { deposition, draft, file, limit } = open();
      if (received.size > limit.bytes) throw limit.exceeded();
      const repeated = file.status === 'completed';
      const previous = { ...file };
      Object.assign(file, { ...received, blobId, status: 'pending', updated: mock.clock.timestamp() });
      const body = fileEntry(originOf(request), deposition, draft, file);
      if (repeated) {
        // No overwriting: the entry is lost, and only `errors` shows that.
        dropFile(mock, draft, file);
        const errors = [{ field: `files.${file.key}`, messages: ['File upload transfer failed.'] }];
        Object.assign(body, { errors });
      }
      removeBlobs(mock, [previous]);
      return reply.type(eitherJson(request)).send(spacedJson(body));
    } catch (error) {
      await mock.blobs.remove(blobId);
      throw error;
    }
  });
};
