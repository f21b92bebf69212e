import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { receiverIn, startReview } from '../communities/reviews.js';
import {
  createDraft,
  discardDraft,
  editRecord,
  importFiles,
  newVersion,
  publishDraft,
  saveDraft,
} from '../deposit/life-cycle.js';
import { findDeposition, findDraft, findRecord, requireOwner } from '../deposit/lookup.js';
import { requireRevision } from '../deposit/negotiation.js';
import { shownState } from '../deposit/representation.js';
import { spacedJson } from '../json.js';
import { requireUser } from '../oauth/identity.js';
import { originOf } from '../origin.js';
import type { Deposition, RecordState } from '../store/model.js';
import { sendRecord } from './answer.js';
import { discardDoi, reserveDoi } from './doi-reservation.js';
import { fileList } from './file-entries.js';
import { negotiate } from './media-type.js';
import { draftBody } from './rdm-body.js';

const MAX_BODY_BYTES = 10 * 1024 * 1024;

type ById = FastifyRequest<{ Params: { id: string } }>;

/** The life of a draft in the records API (`inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/resources/records/resource.py`). */
export const draftRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) => {
    done(null, body);
  });
  app.addHook('preHandler', async (request) => {
    negotiate(request);
  });

  const find = (request: ById) => findDraft(mock, request.params.id, request.identity?.user);
  const send = (request: FastifyRequest, reply: FastifyReply, status: number, deposition: Deposition) =>
    sendRecord(request, reply, status, deposition, shownState(deposition));

  app.post('/api/records', async (request, reply) => {
    const { input, filesEnabled, unknown, review } = draftBody(request);
    const user = requireUser(request);
    if (review !== undefined) receiverIn(mock, review);
    const deposition = createDraft(mock, user, input);
    if (review !== undefined) startReview(mock, user, deposition, review);
    enableFiles(shownState(deposition), filesEnabled);
    shownState(deposition).errors.push(...unknown);
    return send(request, reply, 201, deposition);
  });

  app.get('/api/records/:id/draft', async (request: ById, reply) =>
    send(request, reply, 200, find(request).deposition),
  );

  app.put('/api/records/:id/draft', async (request: ById, reply) => {
    const { input, filesEnabled, unknown } = draftBody(request);
    const { deposition, draft } = find(request);
    requireRevision(request, draft.revision);
    saveDraft(mock, deposition, input);
    enableFiles(draft, filesEnabled);
    draft.errors.push(...unknown);
    return send(request, reply, 200, deposition);
  });

  app.delete('/api/records/:id/draft', async (request: ById, reply) => {
    const { deposition, draft } = find(request);
    requireRevision(request, draft.revision);
    discardDraft(mock, deposition);
    return reply.code(204).send();
  });

  app.post('/api/records/:id/draft', async (request: ById, reply) => {
    const deposition = findDeposition(mock, request.params.id);
    requireOwner(deposition, request.identity?.user);
    editRecord(mock, deposition);
    return send(request, reply, 201, deposition);
  });

  app.post('/api/records/:id/draft/actions/publish', async (request: ById, reply) => {
    const { deposition } = find(request);
    publishDraft(mock, deposition);
    return send(request, reply, 202, deposition);
  });

  app.post('/api/records/:id/draft/actions/files-import', async (request: ById, reply) => {
    const { deposition, draft } = find(request);
    importFiles(mock, deposition);
    const body = fileList(originOf(request), deposition, draft);
    return reply.code(201).type('application/json').send(spacedJson(body));
  });

  app.post('/api/records/:id/versions', async (request: ById, reply) => {
    const { deposition } = findRecord(mock, request.params.id);
    requireOwner(deposition, request.identity?.user);
    return send(request, reply, 201, newVersion(mock, deposition));
  });

  app.post('/api/records/:id/draft/pids/doi', async (request: ById, reply) => {
    const { deposition, draft } = find(request);
    reserveDoi(mock, deposition, draft);
    return send(request, reply, 201, deposition);
  });

  app.delete('/api/records/:id/draft/pids/doi', async (request: ById, reply) => {
    const { deposition, draft } = find(request);
    discardDoi(mock, deposition, draft);
    return send(request, reply, 200, deposition);
  });
};

/** Files can be switched off only where there are none; otherwise the draft says why not. */
function enableFiles(draft: RecordState, enabled: boolean): void {
  draft.filesEnabled = enabled || draft.files.length > 0;
  if (draft.filesEnabled === enabled) return;
  const message = 'You must first delete all files to set the record to be metadata-only.';
  draft.errors = [...draft.errors, { field: 'files.enabled', messages: [message] }];
}
