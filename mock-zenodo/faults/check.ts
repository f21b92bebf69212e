import { METHODS, validateHeaderName, validateHeaderValue } from 'node:http';
import { Value } from 'typebox/value';
import { pathMatcher, patternProblem } from '../path-pattern.js';
import { faultsIn } from '../schema-faults.js';
import { EFFECTS, type Fault, FaultSchema } from './fault.js';

/** The only path whose form a fault may match. */
export const TOKEN_PATH = '/oauth/token';

/** Effects that only modify another one, with those that they need one of. */
const NEEDS: Partial<Record<keyof Fault, (keyof Fault)[]>> = {
  body: ['status'],
  html: ['status'],
  done: ['status'],
  shared: ['throttleRequest'],
  atBytes: ['reset', 'stopReading'],
  atFraction: ['reset', 'stopReading'],
};

/**
 * What is wrong with a fault, one sentence each. This includes faults that could never apply, or
 * that would have no effect.
 */
export function problemsOf(fault: Fault): string[] {
  if (!Value.Check(FaultSchema, fault)) return faultsIn(FaultSchema, fault, '');
  const does = (name: string) => {
    const value = fault[name as keyof Fault];
    return value !== undefined && value !== false;
  };
  const effects = EFFECTS.filter(does);
  if (effects.every((name) => name in NEEDS) && !effects.includes('done')) {
    const doing = EFFECTS.filter((name) => !(name in NEEDS));
    return [`The fault has no effect. Send a name or one of ${doing.join(', ')}.`];
  }
  const alone = Object.entries(NEEDS).filter(([name, needed]) => does(name) && !needed.some(does));
  return [
    ...alone.map(([name, needed]) => `${name} requires ${needed.join(' or ')}.`),
    ...listed(fault.method).flatMap(methodProblem),
    ...listed(fault.path).flatMap((path) => patternProblem(path) ?? []),
    ...formProblem(fault),
    ...Object.entries(fault.headers ?? {}).flatMap(headerProblem),
    ...(fault.replace ?? []).flatMap(({ find }) => expressionProblem(find)),
  ];
}

function listed(value: string | string[] | undefined): string[] {
  return [value ?? []].flat();
}

function methodProblem(method: string): string[] {
  return METHODS.includes(method.toUpperCase()) ? [] : [`There is no HTTP method ${method}.`];
}

/** Only the body of a token request is read before the fault applies. */
function formProblem({ form, path }: Fault): string[] {
  if (form === undefined || path === undefined) return [];
  const right = listed(path).some((pattern) => pathMatcher(pattern)(TOKEN_PATH));
  return right ? [] : [`form selects requests to ${TOKEN_PATH} alone, and the path does not match it.`];
}

function headerProblem([name, value]: [string, string]): string[] {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return [];
  } catch (error) {
    return [`headers: ${messageOf(error)}.`];
  }
}

function expressionProblem(find: string): string[] {
  try {
    new RegExp(find);
    return [];
  } catch (error) {
    return [`replace: ${messageOf(error)}.`];
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
