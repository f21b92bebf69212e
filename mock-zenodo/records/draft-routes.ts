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
import type { FieldError } from '../errors.js';
import { spacedJson } from '../json.js';
import { requireUser } from '../oauth/identity.js';
import { originOf } from '../origin.js';
import type { Deposition } from '../store/model.js';
import { sendRecord } from './answer.js';
import { discardDoi, reserveDoi } from './doi-reservation.js';
import { fileList } from './file-entries.js';
import { negotiate } from './media-type.js';
import { draftBody } from './rdm-body.js';

const MAX_BODY_BYTES = 10 * 1024 * 1024;

type ById = FastifyRequest<{ Params: { id: string } }>;

/**
 * The life of a draft in the records API
 * (`inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/resources/records/resource.py`).
 */
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
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    deposition: Deposition,
    errors?: FieldError[],
  ) => sendRecord(request, reply, status, deposition, shownState(deposition), errors);

  app.post('/api/records', async (request, reply) => {
    const { input, review } = draftBody(request);
    const user = requireUser(request);
    if (review !== undefined) receiverIn(mock, review);
    const { deposition, errors } = createDraft(mock, user, input);
    if (review !== undefined) startReview(mock, user, deposition, review);
    return send(request, reply, 201, deposition, errors);
  });

  app.get('/api/records/:id/draft', async (request: ById, reply) =>
    send(request, reply, 200, find(request).deposition),
  );

  app.put('/api/records/:id/draft', async (request: ById, reply) => {
    const { input } = draftBody(request);
    const { deposition, draft } = find(request);
    requireRevision(request, draft.revision);
    return send(request, reply, 200, deposition, saveDraft(mock, deposition, input));
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
