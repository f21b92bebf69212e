import assert from 'node:assert/strict';
import { type Answer, call, type Target } from './rule.js';

/** The app that every new mock has. Its redirect URI can be any loopback URL. */
export const CLIENT = { client_id: 'mock-client', client_secret: 'mock-secret' };

/** Nothing listens there, and nobody follows the redirect. */
export const REDIRECT = 'http://localhost:9/callback';

type Fields = Record<string, string>;

/**
 * The path of an authorize request: response type `code`, the mock's app and REDIRECT, unless
 * `fields` override them.
 */
export function authorizePath(fields: Fields = {}): string {
  const parameters = {
    response_type: 'code',
    client_id: CLIENT.client_id,
    redirect_uri: REDIRECT,
    ...fields,
  };
  return `/oauth/authorize?${new URLSearchParams(parameters)}`;
}

/** Submits the consent page of an authorize request as a browser would. */
export function decide(target: Target, confirm: 'yes' | 'no', path: string): Promise<Answer> {
  return call(target, 'POST', path, { token: null, body: new URLSearchParams({ confirm }) });
}

/** The `Location` of a redirect. Fails for any other response. */
export function locationOf(answer: Answer): string {
  assert.equal(answer.status, 302, `a redirect, not ${answer.status}: ${answer.text.slice(0, 200)}`);
  return answer.headers.get('location') ?? '';
}

/** Gives consent and returns the code. */
export async function newCode(target: Target, fields: Fields = {}): Promise<string> {
  const location = locationOf(await decide(target, 'yes', authorizePath(fields)));
  const code = new URL(location).searchParams.get('code');
  assert.ok(code, `a code in ${location}`);
  return code;
}

/** Sends a form to the token endpoint. */
export function postToken(target: Target, fields: Fields, path = '/oauth/token'): Promise<Answer> {
  return call(target, 'POST', path, { token: null, body: new URLSearchParams(fields) });
}

/** Exchanges a code as the mock's app does. `fields` add to or replace the default ones. */
export function exchange(target: Target, code: string, fields: Fields = {}): Promise<Answer> {
  return postToken(target, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    ...CLIENT,
    ...fields,
  });
}

/** The body of a successful token response. */
export interface TokenBody {
  access_token: string;
  expires_in: number;
  token_type: string;
  scope: string;
  refresh_token?: string;
  user: { id: string; email?: string; email_verified?: boolean };
}

/** The token in a response. Fails if the response is an error. */
export function tokenOf(answer: Answer): TokenBody {
  assert.equal(answer.status, 200, answer.text);
  return answer.json as TokenBody;
}

/**
 * Fails unless a response is HTML with that status: the web application's own error instead of an
 * OAuth error.
 */
export function expectPage(answer: Answer, status: number): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
}

/** Fails unless a response has exactly that status and text. */
export function expectText(answer: Answer, status: number, text: string): void {
  assert.deepEqual([answer.status, answer.text], [status, text]);
}

/** Status of the cheapest request that shows whether a token is valid. */
export async function probe(target: Target, token: string | null): Promise<number> {
  return (await call(target, 'GET', '/api/deposit/depositions?size=1', { token })).status;
}
