import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { type Problem, problem } from '../errors.js';
import { retryAfterSeconds } from './rate-limit.js';

/**
 * What happened to the grant of a token request. `rejected`: the code or refresh token is not valid
 * any more. `unused`: Zenodo certainly did not use it up, so it can be sent again. `unknown`: it
 * may have been used up, and the answer did not arrive.
 */
type GrantState = 'rejected' | 'unused' | 'unknown';

/**
 * A failed token request. `problem` is what the caller may see. Nothing of the exchange is
 * attached.
 */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure';

  constructor(
    readonly grant: GrantState,
    readonly problem: Problem,
  ) {
    super(problem.message);
  }
}

/**
 * An error of the wrapped client (a Boom of @hapi/wreck). It contains the whole exchange and must
 * never be logged.
 */
const ClientErrorSchema = Type.Object({
  output: Type.Object({ statusCode: Type.Integer() }),
  data: Type.Optional(Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])),
});

const HeadersSchema = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));

const OAuthErrorSchema = Type.Object({ error: Type.String() });

/** The connection was never established, so nothing of the request was sent. */
const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_.*|ERR_TLS_.*|DEPTH_ZERO_.*|SELF_SIGNED_.*|UNABLE_TO_.*)$/;

/** Reads an error of the wrapped client, and drops everything else in it. */
export function tokenFailure(error: unknown): TokenFailure {
  if (!Value.Check(ClientErrorSchema, error)) return unusableAnswer();
  if (error.output.statusCode === 504 || error.output.statusCode === 408) return late();
  const data: Record<string, unknown> = error.data ?? {};
  const status = statusOf(data);
  if (status === undefined) return unreachable(codeOf(error) ?? codeOf(data));
  const payload = data['payload'];
  return answered(
    status,
    Value.Check(OAuthErrorSchema, payload) ? payload.error : undefined,
    headersOf(data),
  );
}

/** Zenodo confirmed the request, but without a usable token. */
export function unusableAnswer(): TokenFailure {
  return new TokenFailure(
    'unknown',
    problem(
      'zenodo_invalid_answer',
      'Zenodo’s response to the token request has no token, or does not name the user. Try again later.',
    ),
  );
}

/**
 * Errors of a server that is in trouble (RFC 6749 section 4.1.2.1). The library that Zenodo uses
 * sends them with status 400 too (oauthlib/oauthlib:oauthlib/oauth2/rfc6749/errors.py).
 */
const IN_TROUBLE: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);

/**
 * Zenodo's error code counts and not the status: `invalid_grant` came with 401 for years
 * (zenodo/zenodo-rdm#878), and is conclusive with any status but 408 and 504. With a status of 500
 * or more, Zenodo's server or a proxy failed, whatever else the body says.
 */
function answered(
  status: number,
  error: string | undefined,
  headers: Static<typeof HeadersSchema>,
): TokenFailure {
  const zenodo = { status, message: error?.slice(0, 300) ?? '' };
  if (error === 'invalid_grant') {
    return failure('rejected', 'code_refused', 'Zenodo refused the authorization. Start again.', zenodo);
  }
  if (status === 429) {
    const retryAfter = retryAfterSeconds({ headers });
    const detail = `Zenodo accepts no more calls for now. Try again in ${retryAfter} s.`;
    return new TokenFailure(
      'unused',
      problem('too_many_requests', detail, { zenodo, retry_after: retryAfter }),
    );
  }
  if (status === 504 || status === 408) return late();
  if (status >= 500 || IN_TROUBLE.has(error ?? '')) {
    return failure(
      'unknown',
      'zenodo_error',
      'Zenodo failed to respond to the token request. Try again.',
      zenodo,
    );
  }
  if (error === 'invalid_client' || (status === 404 && !error)) {
    return failure(
      'unused',
      'service_misconfigured',
      'Zenodo does not accept the client id and secret of this service. The operator must correct ZENODO_CLIENT_ID and ZENODO_CLIENT_SECRET.',
      zenodo,
    );
  }
  if (error === 'unauthorized_client' || error === 'unsupported_grant_type') {
    return failure(
      'unused',
      'service_misconfigured',
      `Zenodo does not let the OAuth application of this service request tokens (${error}). The operator must compare the application at Zenodo with ZENODO_CLIENT_ID. It must be a confidential one.`,
      zenodo,
    );
  }
  if (error !== undefined) {
    const named = /^[\x20-\x7e]{1,100}$/.test(error) ? error : 'an error without a readable name';
    return failure(
      'unused',
      'zenodo_refused',
      `Zenodo refused the token request: ${named}. Repeating the call does not help. Tell the operator.`,
      zenodo,
    );
  }
  return failure(
    'unknown',
    'zenodo_error',
    `Zenodo responded to the token request with status ${status}, and with neither a token nor a reason. Try again. If that does not help, tell the operator.`,
    zenodo,
  );
}

function failure(
  grant: GrantState,
  code: Parameters<typeof problem>[0],
  detail: string,
  zenodo: { status: number; message: string },
): TokenFailure {
  return new TokenFailure(grant, problem(code, detail, { zenodo }));
}

function late(): TokenFailure {
  return new TokenFailure(
    'unknown',
    problem('zenodo_timeout', 'Zenodo did not respond to the token request in time.'),
  );
}

function unreachable(code: string | undefined): TokenFailure {
  const grant = code !== undefined && NEVER_SENT.test(code) ? 'unused' : 'unknown';
  return new TokenFailure(
    grant,
    problem('zenodo_unreachable', 'The connection to Zenodo failed. Try again later.'),
  );
}

function headersOf(data: Record<string, unknown>): Static<typeof HeadersSchema> {
  const { res } = data as { res?: { headers?: unknown } };
  return Value.Check(HeadersSchema, res?.headers) ? res.headers : {};
}

/** The status of the answer, also of one that could not be parsed; undefined if there was none. */
function statusOf(data: Record<string, unknown>): number | undefined {
  const { res } = data as { res?: { statusCode?: unknown } };
  return typeof res?.statusCode === 'number' ? res.statusCode : undefined;
}

function codeOf(error: object): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
