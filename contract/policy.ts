import type { Operation } from './document.js';

/** The calls of the documented workflow. A deployment may lack all others. */
const DOCUMENTED = new Set([
  'POST /oauth/authorize',
  'POST /oauth/callback',
  'POST /oauth/refresh',
  'GET /depositions/{id}/verify',
  'POST /depositions/{id}/files',
  'POST /depositions/{id}/metadata',
  'DELETE /depositions/{id}',
]);

/** The status of any other call that is not offered. */
export const ABSENT: readonly number[] = [404, 405, 501];

/** What the user has allowed. */
export interface Allowed {
  publish: boolean;
  refresh: boolean;
  disconnect: boolean;
}

export function nameOf({ method, path }: Operation): string {
  return `${method} ${path}`;
}

export function isDocumented(operation: Operation): boolean {
  return DOCUMENTED.has(nameOf(operation));
}

/**
 * Calls that generated requests may never make with the real token: in other deployments, a refresh
 * may end the old token.
 */
export function spendsToken(operation: Operation, { refresh }: Allowed): boolean {
  const name = nameOf(operation);
  return name === 'POST /oauth/disconnect' || (name === 'POST /oauth/refresh' && !refresh);
}

/**
 * Calls whose valid requests can only be guesses here. Services count guesses, and refuse callers
 * who make many.
 */
export function isGuess(operation: Operation): boolean {
  return nameOf(operation) === 'POST /oauth/callback';
}

/**
 * Calls that generated requests make only with ids that never exist, because what is published
 * stays.
 */
export function isForGood(operation: Operation): boolean {
  return nameOf(operation) === 'POST /depositions/{id}/publish';
}

/**
 * Ids that no deposition has, and that cannot be mistaken for one. Zenodo counts from 1. Code that
 * only parses the beginning of a text as a number finds no number here, zero, or one that is longer
 * than any id.
 */
export const IMPOSSIBLE_IDS = [
  '0',
  '000',
  'abc',
  '-1',
  'NaN',
  '0x',
  '0.5',
  '9999999999999999',
  '\0',
  'ä',
  '0/0',
  "'",
];
