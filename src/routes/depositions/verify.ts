import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyError } from 'fastify';
import { stateOf } from '../../depositions/view.js';
import { problem } from '../../errors.js';
import { toProblem } from '../../plugins/error-handler.js';
import { DepositionParamsSchema, VerificationSchema } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';

/** No user may be logged out because Zenodo is unavailable. */
const CERTAIN = new Set([400, 401, 403, 404]);

/** Checks whether a token still works for a deposition. */
export const verifyRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/depositions/:id/verify',
    {
      schema: {
        operationId: 'verify',
        tags: ['Depositions'],
        summary: 'Check whether an access token still works for a deposition',
        description:
          'Refreshes the token at Zenodo first if Zenodo no longer accepts it. In an error response, `valid` is false with 400, 401, 403 and 404. It is null if Zenodo could not be asked; then keep the user logged in and try again.',
        params: DepositionParamsSchema,
        response: withProblems({ 200: VerificationSchema }, ...ZENODO_PROBLEMS),
      },
    },
    async (request) => {
      const id = Number(request.params.id);
      try {
        const caller = await request.caller();
        const deposition = await app.depositions.read(caller, id, request.limits());
        return {
          valid: true,
          deposition_id: id,
          state: stateOf(deposition),
          submitted: deposition.submitted,
          expires_at:
            caller.kind === 'connection' ? (caller.accessToken?.expiresAt.toISOString() ?? null) : null,
        };
      } catch (error) {
        const fault = toProblem(error as FastifyError, request);
        const valid = CERTAIN.has(fault.status) ? false : null;
        throw problem(fault.code, fault.detail, { ...fault.members, valid }, error);
      }
    },
  );
};
