import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { hashOf } from '../connections/access-tokens.js';
import type { Caller } from '../connections/caller.js';
import { isProblem, problem } from '../errors.js';
import type { FormCaller } from '../uploads/intake/receive-form.js';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The caller, by the access token wherever the request may carry it. Throws missing_token,
     * conflicting_tokens, invalid_token or reauthorization_required.
     */
    caller(): Promise<Caller>;
  }
}

/** What templates of callers write if they have no token. */
const NOTHING = new Set(['', 'null', 'None', 'undefined']);

/** Finds the access token of a request and its caller. */
export const accessToken = fp(
  async (app) => {
    app.decorateRequest('caller', function caller(this: FastifyRequest) {
      const token = accessTokenOf(this);
      if (token === null) throw missingToken();
      return resolve(this, token);
    });
  },
  { name: 'access-token', dependencies: ['connections', 'failure-limits'] },
);

/**
 * The token in the header, in the field `access_token` of the body, or, for GET and DELETE only, in
 * the query. Null if there is none. Throws conflicting_tokens if two of these differ.
 */
export function accessTokenOf(request: FastifyRequest): string | null {
  const queried = request.method === 'GET' || request.method === 'DELETE' ? fieldOf(request.query) : null;
  const candidates = [...bearersOf(request), fieldOf(request.body), queried].filter(
    (token) => token !== null,
  );
  if (new Set(candidates).size > 1) throw conflictingTokens();
  return candidates[0] ?? null;
}

/** The caller of a token in a multipart field. A token in the header must be the same. */
export async function callerFromField(value: string, request: FastifyRequest): Promise<Caller> {
  const field = meaningful(value);
  const header = accessTokenOf(request);
  if (field !== null && header !== null && field !== header) throw conflictingTokens();
  const token = field ?? header;
  if (token === null) throw missingToken();
  return resolve(request, token);
}

/** The sender of a form, for the code that reads it. */
export function formCaller(request: FastifyRequest): FormCaller {
  return {
    field: 'access_token',
    byHead: async () => (accessTokenOf(request) === null ? null : request.caller()),
    byField: (value) => callerFromField(value, request),
  };
}

async function resolve(request: FastifyRequest, token: string): Promise<Caller> {
  const { connections, failureLimits } = request.server;
  try {
    const caller = await connections.authenticate(token, depositionIdOf(request));
    if (caller.kind === 'connection') request.knownToken = hashOf(token);
    else if (!connections.isProven(caller)) failureLimits.check(request);
    if (caller.kind === 'connection' || connections.isProven(caller)) request.countFor(caller.owner);
    return caller;
  } catch (error) {
    const isOurs = isProblem(error, 'reauthorization_required');
    if (isOurs) request.knownToken = hashOf(token);
    throw error;
  }
}

/** The deposition in the path. Reauthorization is for its container. */
export function depositionIdOf(request: FastifyRequest): number | undefined {
  if (!request.routeOptions.url?.startsWith('/depositions/:id')) return undefined;
  const id = Number((request.params as { id?: unknown }).id);
  return Number.isSafeInteger(id) ? id : undefined;
}

/** If a header is repeated, Node shows only the first. */
function bearersOf(request: FastifyRequest): (string | null)[] {
  const headers = request.raw.headersDistinct['authorization'] ?? [];
  return headers.map((header) => meaningful(/^Bearer +(.*)$/i.exec(header)?.[1]));
}

function fieldOf(source: unknown): string | null {
  if (typeof source !== 'object' || source === null) return null;
  const value = (source as { access_token?: unknown }).access_token;
  if (Array.isArray(value)) throw conflictingTokens();
  return typeof value === 'string' ? meaningful(value) : null;
}

function meaningful(value: string | undefined): string | null {
  const token = value?.trim() ?? '';
  return NOTHING.has(token) ? null : token;
}

function missingToken() {
  return problem(
    'missing_token',
    'Send the access token as Authorization: Bearer, or as the field access_token.',
  );
}

function conflictingTokens() {
  return problem('conflicting_tokens', 'Two different access tokens were sent. Send one.');
}
