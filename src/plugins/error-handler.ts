import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import {
  databaseAway,
  databaseLacking,
  isDatabaseLacking,
  isDatabaseUnavailable,
  isUnstorableText,
} from '../database/failures.js';
import { type ErrorCode, Problem, problem, ServiceEnds, sentenceOf } from '../errors.js';
import { underSubject } from '../log-subject.js';
import { problemDocument } from '../problem-document.js';
import { isInside, stagingFault } from '../uploads/staging/faults.js';
import { languageOf } from '../user-messages/user-message.js';
import { depositionIdOf } from './access-token.js';
import { allowedMethods } from './allowed-methods.js';
import { unstorableFaults, validationFaults } from './field-faults.js';

/** Framework errors that the caller caused, by Fastify's code. */
const FRAMEWORK: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'Send the body with the content type that /docs lists for this call. For most calls it is application/json.',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload_too_large', 'The body exceeds the limit of this call. Send less.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'incomplete_body',
    'The length of the body differs from Content-Length. Send it again.',
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    'invalid_json',
    'The body is not valid JSON. Correct it and send it again.',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_json', 'The body is empty. Send a JSON object.'],
  FST_ERR_BAD_URL: ['invalid_request', 'The URL cannot be decoded. Percent-encode it as UTF-8.'],
  FST_ERR_MAX_PARAM_LENGTH: ['invalid_request', 'A part of the path is too long. Shorten it.'],
};

/**
 * Turns the errors of all calls into problem+json. What Node refuses before there is a call,
 * raw-errors.ts answers. An unexpected error is a 500 whose cause is only logged.
 */
export const errorHandler = fp(
  async (app) => {
    app.setErrorHandler(async (error: FastifyError, request, reply) => {
      // Fastify checks the body, and that QUERY has one, before it finds that the call does not
      // exist.
      const thrown =
        (request.is404 && error.code?.startsWith('FST_ERR_CTP_INVALID_MEDIA')) ||
        error.code === 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE'
          ? noSuchCall(app, request, reply)
          : toProblem(error, request);
      const fault = await withAuthorization(app, request, app.failureLimits.count(request, thrown));
      logFault(request, fault, error);
      app.noteRefusal(request, fault);
      const retryAfter = fault.members.retry_after;
      if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
      return reply
        .code(fault.status)
        .type('application/problem+json')
        .serializer(JSON.stringify)
        .send(problemDocument(fault, request.id, languageOf(request)));
    });
    app.setNotFoundHandler((request, reply) => {
      throw noSuchCall(app, request, reply);
    });
  },
  { name: 'error-handler' },
);

/** Logs why a request is refused, and keeps the code for the line at its end. */
export function logFault(request: FastifyRequest, fault: Problem, error: unknown): void {
  request.problemCode = fault.code;
  underSubject(request.subject, () => {
    if (fault.status >= 500 && !isRestart(error))
      request.log.error({ err: error, code: fault.code }, fault.detail);
    else request.log.info({ code: fault.code }, fault.detail);
  });
}

/** Whether a request is only refused because this process ends, which is no fault. */
function isRestart(error: unknown): boolean {
  return error instanceof ServiceEnds || (error instanceof Problem && error.cause instanceof ServiceEnds);
}

/** The problem for an unknown path or method. */
function noSuchCall(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): Problem {
  const allowed = allowedMethods(app, request, reply);
  if (allowed.length === 0)
    return problem('not_found', 'This path does not exist. The calls are listed at /docs.');
  return problem('method_not_allowed', `This path supports ${allowed.join(', ')}.`);
}

/**
 * Adds an authorization URL for an unknown token if the caller has an API key: its application may
 * send the user to authorize again.
 */
async function withAuthorization(
  app: FastifyInstance,
  request: FastifyRequest,
  fault: Problem,
): Promise<Problem> {
  const depositionId = depositionIdOf(request);
  if (fault.code !== 'invalid_token' || request.apiKey === null || depositionId === undefined) return fault;
  const authorization = await app.connections.offerAuthorization(depositionId).catch(() => ({}));
  return problem(fault.code, fault.detail, { ...fault.members, ...authorization }, fault.cause);
}

/** The problem for an error. The cause of an unexpected one is only logged. */
export function toProblem(error: FastifyError, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error.told();
  if (error.validation) return validationProblem(error, request);
  const known = FRAMEWORK[error.code ?? ''];
  if (known) return problem(known[0], known[1], {}, error);
  if (error instanceof SyntaxError && error.statusCode === 400) {
    return problem('invalid_json', 'The body is not valid JSON. Correct it and send it again.', {}, error);
  }
  if (isHangUp(error) && request.raw.destroyed && !request.raw.complete) {
    return problem('incomplete_body', 'The body ended too early. Send it again.', {}, error);
  }
  if (isDatabaseUnavailable(error)) return databaseAway(error);
  if (isDatabaseLacking(error)) return databaseLacking(error);
  const staging = isInside(request.server.config.stagingDir, error) ? stagingFault(error) : null;
  if (staging !== null) return staging;
  if (isUnstorableText(error)) {
    const detail = 'A string contains the character U+0000, which cannot be stored. Remove it.';
    return problem('invalid_request', detail, { errors: unstorableFaults(request) }, error);
  }
  if (error.code?.startsWith('FST_ERR_') && error.statusCode !== undefined && error.statusCode < 500) {
    return problem('invalid_request', 'The request cannot be read. Let an HTTP library build it.', {}, error);
  }
  return problem(
    'internal_error',
    'Something failed in this service. The operator finds the cause in the log by request_id.',
    {},
    error,
  );
}

/** Node's errors for a body whose sender hung up. */
function isHangUp({ code, message }: FastifyError): boolean {
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || message === 'aborted';
}

function validationProblem(error: FastifyError, request: FastifyRequest): Problem {
  const faults = validationFaults(error.validation ?? []);
  const isId = error.validationContext === 'params' && faults.some(({ field }) => field === 'id');
  if (isId && request.url.includes('/depositions/')) {
    return problem(
      'invalid_deposition_id',
      'The deposition id in the path must be a number of at most 15 digits.',
      {
        errors: [{ field: 'id', message: 'must be a number of at most 15 digits' }],
      },
    );
  }
  return problem('invalid_request', `Correct this and try again: ${sentenceOf(faults)}.`, { errors: faults });
}
