import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { ConnectedCaller } from '../../connections/caller.js';
import type { Limits } from '../../depositions/context.js';
import { findOrCreateDraft } from '../../depositions/create.js';
import { stateOf, zenodoPage } from '../../depositions/view.js';
import { Problem, problem } from '../../errors.js';
import { CallbackAnswerSchema, CallbackBodySchema, unknownFields } from '../../schemas/oauth.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';
import { within } from '../../time.js';

/** Completes an authorization. */
export const callbackRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/oauth/callback',
    {
      schema: {
        operationId: 'callback',
        tags: ['Authorization'],
        summary: 'Exchange the code for an access token',
        description:
          'Send `code` and `state`, or `error` and `state`, as Zenodo returned them. The service also finds or creates the draft of the container. ' +
          'If that fails, the response still has the access token, and a warning. Each `state` works once. It can be sent again only if the code certainly did not reach Zenodo.',
        security: [],
        body: CallbackBodySchema,
        response: withProblems(
          { 200: CallbackAnswerSchema },
          'state_unknown',
          'state_used',
          'state_expired',
          'state_mismatch',
          'callback_url_not_allowed',
          'code_refused',
          'access_denied',
          ...ZENODO_PROBLEMS,
          'outcome_unknown',
        ),
      },
    },
    async (request) => {
      const { body } = request;
      const limits = request.limits('longCall');
      const completion = app.connections.complete({
        state: body.state,
        code: body.code ?? null,
        error: body.error ?? null,
        callbackUrl: body.django_callback_url,
        containerId: body.container_id == null ? null : String(body.container_id),
        requireMore: () => app.failureLimits.countAuthorization(request),
      });
      const { caller, grant } = await within(app.timings.longCall, completion, () =>
        app.connections.waitsForDatabase() ? databaseSilent() : unfinished(),
      );
      const warnings = unknownFields(body, CallbackBodySchema);
      if (body.create_deposition === false) return { ...grant, ...NO_DRAFT, warnings };
      const { warning, ...draft } = await findDraft(app, caller, grant.container_id, limits);
      const isElsewhere = await app.depositions.isElsewhere(caller, grant.container_id).catch(() => false);
      if (isElsewhere) warnings.push(OTHER_ACCOUNT);
      return { ...grant, ...draft, warnings: warning === null ? warnings : [...warnings, warning] };
    },
  );
};

function unfinished() {
  return problem(
    'outcome_unknown',
    `Zenodo did not respond in time, so the authorization was not completed. ${START_AGAIN}`,
  );
}

function databaseSilent() {
  return problem(
    'service_unavailable',
    `The database does not respond, so the authorization was not completed. ${START_AGAIN}`,
    { outcome: 'unknown' },
  );
}

const START_AGAIN = 'Start again at /oauth/authorize, which works in either case.';

const OTHER_ACCOUNT =
  'Another Zenodo account already has a draft of this container. If the user meant that account, ask them to log out at Zenodo, and start again.';

const NO_DRAFT = { deposition_id: null, deposition_url: null, deposition_state: null };

/**
 * The container's draft. The token already exists, so no failure here may lose it.
 */
async function findDraft(app: FastifyInstance, caller: ConnectedCaller, containerId: string, limits: Limits) {
  try {
    const { deposition } = await findOrCreateDraft(app.depositions.call(caller, limits), containerId);
    return {
      deposition_id: deposition.id,
      deposition_url: zenodoPage(deposition, app.config.zenodoBrowserUrl),
      deposition_state: stateOf(deposition),
      warning: null,
    };
  } catch (error) {
    const told = error instanceof Problem ? error.told() : null;
    const reason = told === null ? 'internal_error.' : `${told.code}: ${told.detail}`;
    app.log.warn(
      { err: error, connection_id: caller.connectionId },
      'the draft could not be found or created at the callback',
    );
    const wait = told?.members.retry_after;
    const when = wait === undefined ? '' : ` in ${wait} s`;
    const warning = `The draft could not be found or created (${reason}) Call POST /depositions with the access token${when}.`;
    return { ...NO_DRAFT, warning };
  }
}
