import type { Operation } from './document.js';

/** The calls that the documented workflow consists of; a deployment may lack all others. */
const DOCUMENTED = new Set([
  'POST /oauth/authorize',
  'POST /oauth/callback',
  'POST /oauth/refresh',
  'GET /depositions/{id}/verify',
  'POST /depositions/{id}/files',
  'POST /depositions/{id}/metadata',
  'DELETE /depositions/{id}',
]);

/** What a call beyond these answers where it is not offered. */
export const ABSENT: readonly number[] = [404, 405, 501];

/** What a user has allowed. */
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
 * Calls that generated requests may never make with the real token: elsewhere the old token may die
 * of a refresh.
 */
export function spendsToken(operation: Operation, { refresh }: Allowed): boolean {
  const name = nameOf(operation);
  return name === 'POST /oauth/disconnect' || (name === 'POST /oauth/refresh' && !refresh);
}

/**
 * Calls whose well-formed requests can only be guesses here: services count those, and refuse
 * a caller who makes many.
 */
export function isGuess(operation: Operation): boolean {
  return nameOf(operation) === 'POST /oauth/callback';
}

/** Calls that generated requests make only for ids that nothing has: what is published stays. */
export function isForGood(operation: Operation): boolean {
  return nameOf(operation) === 'POST /depositions/{id}/publish';
}

/**
 * Ids that are no deposition's, and cannot be taken for one: Zenodo counts from 1, and a reader of
 * numbers who is satisfied with how a text begins finds none here, zero, or one that is longer than
 * any.
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
