import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { findDraft, findRecord } from '../deposit/lookup.js';
import { eitherJson } from '../deposit/negotiation.js';
import { permissionDenied } from '../errors.js';
import { mayReadFiles } from '../files/access.js';
import { sendFile } from '../files/download.js';
import { noSuchFile } from '../files/limits.js';
import { spacedJson } from '../json.js';
import { originOf } from '../origin.js';
import type { Deposition, FileEntry, RecordState } from '../store/model.js';
import { fileEntry, fileList } from './file-entries.js';

const CONTENT = '/content';

/** A request with an id in its path. */
export type ById = FastifyRequest<{ Params: { id: string } }>;
type ByKey = FastifyRequest<{ Params: { id: string; '*': string } }>;

/** Files that the caller may read, and the draft or record they belong to. */
export interface Files {
  deposition: Deposition;
  state: RecordState;
}

/**
 * Reading the files of records and of drafts
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/resources/files/resource.py`).
 * Keys may contain slashes.
 */
export const recordFileRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  app.addHook('preHandler', async (request) => {
    eitherJson(request);
  });

  const areas = [
    ['/api/records/:id/files', recordFiles],
    ['/api/records/:id/draft/files', draftFiles],
  ] as const;
  for (const [path, find] of areas) {
    app.get(path, async (request: ById, reply) => {
      const { deposition, state } = find(mock, request);
      const body = fileList(originOf(request), deposition, state);
      return reply.type(eitherJson(request)).send(spacedJson(body));
    });

    app.get(`${path}/*`, async (request: ByKey, reply) => {
      const { deposition, state } = find(mock, request);
      const wanted = request.params['*'];
      if (wanted.endsWith(CONTENT)) {
        const file = findFile(deposition, state, wanted.slice(0, -CONTENT.length));
        return sendFile(request, reply, file);
      }
      const entry = fileEntry(originOf(request), deposition, state, findFile(deposition, state, wanted));
      return reply.type(eitherJson(request)).send(spacedJson(entry));
    });
  }
};

/** The file with a key. Throws 404 if there is none. */
export function findFile(deposition: Deposition, state: RecordState, key: string): FileEntry {
  const file = state.files.find((entry) => entry.key === key);
  if (file === undefined) throw noSuchFile(deposition, key);
  return file;
}

/** Throws 404 if there is no published record, and 403 if the caller may not read the files. */
export function recordFiles(mock: MockContext, request: ById): Files {
  const { deposition, record } = findRecord(mock, request.params.id);
  if (!mayReadFiles(mock, deposition, record, request.identity?.user)) throw permissionDenied();
  return { deposition, state: record };
}

/** Throws 404 without a draft, and 403 for everyone but its owner. */
export function draftFiles(mock: MockContext, request: ById): Files {
  const { deposition, draft } = findDraft(mock, request.params.id, request.identity?.user);
  return { deposition, state: draft };
}
