import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { findDeposition, requireOwner } from '../deposit/lookup.js';
import { jsonBody } from '../deposit/negotiation.js';
import { removeRecord } from '../deposit/removal.js';
import { DomainError, pidNotRegistered, validationError } from '../errors.js';
import { isObject, MISSING } from '../metadata/checks.js';
import { requireUser } from '../oauth/identity.js';
import { negotiateEither, sendJson } from './answer.js';
import { userRequestJson } from './user-request-json.js';
import { carryOut, createUserRequest } from './user-requests.js';

/** How long owners may delete a record by themselves, in milliseconds. */
const GRACE = 30 * 24 * 3600 * 1000;

type ById = FastifyRequest<{ Params: { id: string } }>;

/**
 * Owners request the deletion of a record. Within 30 days of its publication, it is deleted at
 * once. After that, Zenodo's staff decides, and the control API stands in for them
 * (`inveniosoftware/invenio-rdm-records:tests/resources/test_request_deletion.py`).
 */
export const deletionRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  negotiateEither(app);

  app.post('/api/records/:id/request-deletion', async (request: ById, reply) => {
    const body = jsonBody(request);
    const { reason, comment } = isObject(body) ? body : {};
    if (typeof reason !== 'string') {
      const message = reason === undefined ? MISSING : 'Not a valid string.';
      throw validationError([{ field: 'reason', messages: [message] }]);
    }
    if (mock.store.depositions.get(Number(request.params.id))?.deleted?.kind === 'record') {
      throw new DomainError(400, 'Record in unexpected deletion status.');
    }
    const deposition = findDeposition(mock, request.params.id);
    if (deposition.record === null) throw pidNotRegistered();
    const user = requireUser(request);
    requireOwner(deposition, user);
    const young = mock.clock.now() - Date.parse(deposition.record.created) <= GRACE;
    const userRequest = createUserRequest(mock, user, deposition, 'record-deletion', null);
    userRequest.payload = { reason, ...(typeof comment === 'string' && { comment }) };
    carryOut(mock, userRequest, 'submit');
    if (young) {
      userRequest.status = 'accepted';
      removeRecord(mock, deposition, {
        reason,
        note: 'Record deleted by uploader',
        by: String(user.id),
        policy: 'grace-period-v1',
      });
    }
    return sendJson(request, reply, young ? 200 : 201, userRequestJson(request, userRequest));
  });
};
