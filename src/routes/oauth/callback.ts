import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { ConnectedCaller } from '../../connections/caller.js';
import { stateOf, zenodoPage } from '../../depositions/view.js';
import { Problem, problem } from '../../errors.js';
import { CallbackAnswerSchema, CallbackBodySchema } from '../../schemas/oauth.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';
import { unknownFields } from '../../schemas/unknown-fields.js';
import { within } from '../../time.js';

/** Ends an authorization. */
export const callbackRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/oauth/callback',
    {
      schema: {
        operationId: 'callback',
        tags: ['Authorization'],
        summary: 'Exchange the code for an access token',
        description:
          'Pass on `code` and `state`, or Zenodo’s `error` and `state`. The container’s draft is found again or made, so that the answer names it; ' +
          'if that fails the token is given all the same, with a warning. A state serves once; only if Zenodo certainly never got the code it can be sent again.',
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
    async ({ body }) => {
      const deadline = app.dependencies.now() + app.timings.longCall;
      const completion = app.connections.complete({
        state: body.state,
        code: body.code ?? null,
        error: body.error ?? null,
        callbackUrl: body.django_callback_url,
        containerId: body.container_id == null ? null : String(body.container_id),
      });
      const { caller, grant } = await within(app.timings.longCall, completion, unfinished);
      const warnings = unknownFields(body, CallbackBodySchema);
      if (body.create_deposition === false) return { ...grant, ...NO_DRAFT, warnings };
      const { warning, ...draft } = await findDraft(app, caller, grant.container_id, deadline);
      const isElsewhere = await app.drafts.isElsewhere(caller, grant.container_id).catch(() => false);
      if (isElsewhere) warnings.push(OTHER_ACCOUNT);
      return { ...grant, ...draft, warnings: warning === null ? warnings : [...warnings, warning] };
    },
  );
};

function unfinished() {
  return problem(
    'outcome_unknown',
    'The authorization was not finished in time. Start again at /oauth/authorize: that serves whether or not it went through.',
  );
}

const OTHER_ACCOUNT =
  'Another Zenodo account has a draft of this container already. If this user meant that one, they are logged in at Zenodo as somebody else: let them log out there and start again.';

const NO_DRAFT = { deposition_id: null, deposition_url: null, deposition_state: null };

/**
 * The container's draft. The token is there already, so nothing that goes wrong here may lose it.
 */
async function findDraft(
  app: FastifyInstance,
  caller: ConnectedCaller,
  containerId: string,
  deadline: number,
) {
  try {
    const { deposition } = await app.drafts.findOrCreate(caller, containerId, { deadline });
    return {
      deposition_id: deposition.id,
      deposition_url: zenodoPage(deposition, app.config.zenodoBrowserUrl),
      deposition_state: stateOf(deposition),
      warning: null,
    };
  } catch (error) {
    const reason = error instanceof Problem ? `${error.code}: ${error.detail}` : 'internal_error.';
    app.log.warn(
      { err: error, connection_id: caller.connectionId },
      'no draft could be made at the callback',
    );
    const warning = `The draft could not be made or found (${reason}) Use the token and call POST /depositions.`;
    return { ...NO_DRAFT, warning };
  }
}
