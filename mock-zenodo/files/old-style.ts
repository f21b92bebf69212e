import multipart from '@fastify/multipart';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { findDeposition, findDraft, requireOwner } from '../deposit/lookup.js';
import { requireAccept } from '../deposit/negotiation.js';
import { shownState } from '../deposit/representation.js';
import { internalError, permissionDenied, routeNotFound } from '../errors.js';
import { spacedJson } from '../json.js';
import { originOf } from '../origin.js';
import type { Deposition, FileEntry, User } from '../store/model.js';
import { mayReadFiles } from './access.js';
import { type FileForm, receiveForm } from './form.js';
import { bucketLocked, emptyFile, fileExists, requireRoom, sizeLimit } from './limits.js';
import { oldStyleFile } from './representation.js';
import { secureFilename } from './secure-filename.js';
import { completedFile, dropFile, putFile } from './stored-files.js';
import { lingerAfterRefusal } from './unread-body.js';

const UUID = /^[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}$/i;

type OfFiles = FastifyRequest<{ Params: { id: string } }>;
type OfFile = FastifyRequest<{ Params: { id: string; file: string } }>;

/**
 * The file endpoints of a deposition from before the bucket API
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py`, class LegacyDraftFilesResource).
 */
export const oldStyleFileRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  app.removeAllContentTypeParsers();
  await app.register(multipart);
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.addHook('onRequest', async (request) => requireAccept(request));
  lingerAfterRefusal(app);

  app.get('/api/deposit/depositions/:id/files', async (request: OfFiles, reply) => {
    const deposition = findDeposition(mock, request.params.id);
    requireReader(mock, deposition, request.identity?.user);
    const files = shownState(deposition).files.filter(({ status }) => status === 'completed');
    const body = files.map((file) => oldStyleFile(originOf(request), deposition, file));
    return reply.type('application/json').send(spacedJson(body));
  });

  app.post('/api/deposit/depositions/:id/files', async (request: OfFiles, reply) => {
    const created = mock.clock.timestamp();
    const form = await receiveForm(request, mock.ids.uuid());
    try {
      const { deposition, file } = addToDraft(mock, request, form, created);
      const body = oldStyleFile(originOf(request), deposition, file);
      return reply.code(201).type('application/json').send(spacedJson(body));
    } catch (error) {
      await mock.blobs.remove(form.blobId);
      throw error;
    }
  });

  app.get('/api/deposit/depositions/:id/files/:file', async (request: OfFile, reply) => {
    const { deposition, file } = findFile(mock, request);
    requireReader(mock, deposition, request.identity?.user);
    return reply.type('application/json').send(spacedJson(oldStyleFile(originOf(request), deposition, file)));
  });

  app.delete('/api/deposit/depositions/:id/files/:file', async (request: OfFile, reply) => {
    const { deposition, file } = findFile(mock, request);
    requireOwner(deposition, request.identity?.user);
    if (deposition.draft === null) throw permissionDenied();
    if (deposition.draft.filesLocked) throw bucketLocked();
    dropFile(mock, deposition.draft, file);
    return reply.code(204).send();
  });
};

function addToDraft(
  mock: MockContext,
  request: OfFiles,
  form: FileForm,
  created: string,
): { deposition: Deposition; file: FileEntry } {
  const { deposition, draft } = findDraft(mock, request.params.id, request.identity?.user);
  if (draft.filesLocked) throw bucketLocked();
  const key = secureFilename(form.name ?? form.filename);
  if (key === '') throw internalError();
  if (draft.files.some((file) => file.key === key)) throw fileExists(key);
  requireRoom(mock, draft, key, undefined);
  if (form.received.size === 0) throw emptyFile();
  const limit = sizeLimit(mock, deposition, draft, undefined);
  if (form.received.size > limit.bytes) throw limit.exceeded();
  const file = completedFile(mock, key, form.blobId, form.received, created);
  putFile(mock, draft, file);
  return { deposition, file };
}

function findFile(mock: MockContext, request: OfFile): { deposition: Deposition; file: FileEntry } {
  if (!UUID.test(request.params.file)) throw internalError();
  const deposition = findDeposition(mock, request.params.id);
  const file = shownState(deposition).files.find(({ fileId }) => fileId === request.params.file);
  if (file === undefined) throw routeNotFound();
  return { deposition, file };
}

function requireReader(mock: MockContext, deposition: Deposition, user: User | undefined): void {
  const { draft, record } = deposition;
  if (draft === null && record !== null && mayReadFiles(mock, deposition, record, user)) return;
  requireOwner(deposition, user);
}
