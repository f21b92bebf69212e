import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { findDraft } from '../deposit/lookup.js';
import { eitherJson, jsonBody, negotiateJson } from '../deposit/negotiation.js';
import { internalError, methodNotAllowed, validationError } from '../errors.js';
import { bucketLocked, fileExists, requireRoom } from '../files/limits.js';
import { mimetypeOf } from '../files/mimetype.js';
import { dropFile } from '../files/stored-files.js';
import { spacedJson } from '../json.js';
import { originOf } from '../origin.js';
import type { Deposition, FileEntry, RecordState } from '../store/model.js';
import { fileEntry, fileList } from './file-entries.js';
import { findFile } from './record-file-routes.js';

const FILES = '/api/records/:id/draft/files';
const COMMIT = '/commit';

type ById = FastifyRequest<{ Params: { id: string } }>;
type ByKey = FastifyRequest<{ Params: { id: string; '*': string } }>;

/**
 * Registers, commits and deletes the files of a draft: the steps around the upload itself
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/resources/files/resource.py`).
 */
export const draftFileRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  negotiateJson(app, eitherJson);

  app.post(FILES, async (request: ById, reply) => {
    const keys = keysOf(jsonBody(request));
    const { deposition, draft } = openDraft(mock, request);
    const planned: RecordState = { ...draft, files: [...draft.files] };
    for (const key of keys) {
      if (planned.files.some((file) => file.key === key)) throw fileExists(key);
      requireRoom(mock, planned, key, undefined);
      planned.files.push(pendingFile(mock, key));
    }
    draft.files = planned.files;
    const body = fileList(originOf(request), deposition, draft);
    return reply.code(201).type(eitherJson(request)).send(spacedJson(body));
  });

  app.post(`${FILES}/*`, async (request: ByKey, reply) => {
    const path = request.params['*'];
    if (!path.endsWith(COMMIT)) throw methodNotAllowed('DELETE, GET, HEAD, OPTIONS, PUT');
    const { deposition, draft } = openDraft(mock, request);
    const file = findFile(deposition, draft, path.slice(0, -COMMIT.length));
    // Zenodo fails if nothing was uploaded (zenodo/zenodo-rdm#1413).
    if (file.blobId === null) throw internalError();
    if (file.status === 'pending')
      Object.assign(file, { status: 'completed', updated: mock.clock.timestamp() });
    const body = fileEntry(originOf(request), deposition, draft, file);
    return reply.type(eitherJson(request)).send(spacedJson(body));
  });

  app.delete(FILES, async (request: ById, reply) => {
    const { draft } = openDraft(mock, request);
    for (const file of draft.files) dropFile(mock, draft, file);
    return reply.code(204).send();
  });

  app.delete(`${FILES}/*`, async (request: ByKey, reply) => {
    const { deposition, draft } = openDraft(mock, request);
    dropFile(mock, draft, findFile(deposition, draft, request.params['*']));
    return reply.code(204).send();
  });
};

/** A draft whose files the user may change. Throws 403 for the edit draft of a published record. */
export function openDraft(mock: MockContext, request: ById): { deposition: Deposition; draft: RecordState } {
  const found = findDraft(mock, request.params.id, request.identity?.user);
  if (found.draft.filesLocked) throw bucketLocked();
  return found;
}

function keysOf(body: unknown): string[] {
  if (!Array.isArray(body)) throw validationError([{ field: '_schema', messages: ['Invalid input type.'] }]);
  return body.map((item: unknown, index) => {
    const key = typeof item === 'object' && item !== null && 'key' in item ? item.key : undefined;
    const problem =
      key === undefined
        ? 'Missing data for required field.'
        : typeof key !== 'string'
          ? 'Not a valid string.'
          : null;
    if (problem !== null) throw validationError([{ field: `${index}.key`, messages: [problem] }]);
    return String(key);
  });
}

function pendingFile(mock: MockContext, key: string): FileEntry {
  const now = mock.clock.timestamp();
  return {
    key,
    fileId: mock.ids.uuid(),
    versionId: mock.ids.uuid(),
    blobId: null,
    status: 'pending',
    size: 0,
    md5: '',
    mimetype: mimetypeOf(key),
    created: now,
    updated: now,
  };
}
