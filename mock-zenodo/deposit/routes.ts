import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { routeNotFound } from '../errors.js';
import { spacedJson } from '../json.js';
import { legacyToRdm } from '../metadata/legacy-in.js';
import { requireUser } from '../oauth/identity.js';
import { originOf } from '../origin.js';
import type { Deposition } from '../store/model.js';
import {
  createDraft,
  discardDraft,
  editRecord,
  importFiles,
  newVersion,
  publishDraft,
  saveDraft,
} from './life-cycle.js';
import { listDepositions } from './listing.js';
import { findDeposition, findDraft, findRecord, requireOwner } from './lookup.js';
import { jsonBody, negotiateJson, requireRevision } from './negotiation.js';
import { depositionJson, shownState } from './representation.js';

const BASE = '/api/deposit/depositions';

type ById = FastifyRequest<{ Params: { id: string } }>;

/**
 * The response to a save shows only the ids of references: names of affiliations and grants are
 * missing.
 */
const SAVED = { dereferenced: false };

/**
 * The legacy deposit API, except for its files and its listing
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py`).
 */
export const depositRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  negotiateJson(app);

  const answer = (
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    deposition: Deposition,
    options: { dereferenced?: boolean } = {},
  ) =>
    reply
      .code(status)
      .type('application/json')
      .header('etag', `"${shownState(deposition).revision}"`)
      .send(spacedJson(depositionJson(originOf(request), mock, deposition, options)));

  app.get(BASE, async (request, reply) => {
    const origin = originOf(request);
    const list = listDepositions(mock, request).map((deposition) =>
      depositionJson(origin, mock, deposition, { listing: true }),
    );
    return reply.type('application/json').send(spacedJson(list));
  });

  app.post(BASE, async (request, reply) => {
    const input = legacyToRdm(jsonBody(request), mock.clock.now());
    const { deposition } = createDraft(mock, requireUser(request), input);
    return answer(request, reply, 201, deposition, SAVED);
  });

  app.get(`${BASE}/:id`, async (request: ById, reply) => {
    const deposition = findDeposition(mock, idOf(request));
    requireOwner(deposition, request.identity?.user);
    return answer(request, reply, 200, deposition);
  });

  app.put(`${BASE}/:id`, async (request: ById, reply) => {
    const input = legacyToRdm(jsonBody(request), mock.clock.now());
    const { deposition, draft } = findDraft(mock, idOf(request), request.identity?.user);
    requireRevision(request, draft.revision);
    saveDraft(mock, deposition, input);
    return answer(request, reply, 200, deposition, SAVED);
  });

  const discard = async (request: ById, reply: FastifyReply) => {
    const { deposition, draft } = findDraft(mock, idOf(request), request.identity?.user);
    requireRevision(request, draft.revision);
    discardDraft(mock, deposition);
    return reply.code(204).type('application/json').send('');
  };
  app.delete(`${BASE}/:id`, discard);
  app.post(`${BASE}/:id/actions/discard`, discard);

  app.post(`${BASE}/:id/actions/publish`, async (request: ById, reply) => {
    const { deposition } = findDraft(mock, idOf(request), request.identity?.user);
    publishDraft(mock, deposition, { joins: true });
    return answer(request, reply, 202, deposition);
  });

  app.post(`${BASE}/:id/actions/edit`, async (request: ById, reply) => {
    const deposition = findDeposition(mock, idOf(request));
    requireOwner(deposition, request.identity?.user);
    editRecord(mock, deposition);
    return answer(request, reply, 201, deposition);
  });

  app.post(`${BASE}/:id/actions/newversion`, async (request: ById, reply) => {
    const { deposition } = findRecord(mock, idOf(request));
    requireOwner(deposition, request.identity?.user);
    const next = newVersion(mock, deposition);
    importFiles(mock, next);
    if (!mock.options.oldErrors) return answer(request, reply, 201, next);
    const original = depositionJson(originOf(request), mock, deposition, { latestDraft: next.id });
    return reply.code(201).type('application/json').send(spacedJson(original));
  });
};

function idOf(request: ById): string {
  if (request.params.id === '') throw routeNotFound();
  return request.params.id;
}
