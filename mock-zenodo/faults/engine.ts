import type { Clock } from '../clock.js';
import { createIds } from '../ids.js';
import { pathMatcher } from '../path-pattern.js';
import { problemsOf, TOKEN_PATH } from './check.js';
import type { Fault, FaultState } from './fault.js';
import { NAMED_FAULTS, namedFault } from './named.js';

/** The properties of a request that faults are matched against. */
export interface Occasion {
  method: string;
  path: string;
  user: string | null;
  /** Fields of the form body. Null before it was read. */
  form: Record<string, string> | null;
  hasBody: boolean;
}

/** A fault that applies to one request. */
export interface Strike {
  id: string;
  fault: Fault;
  /** Does not count this time, because the request failed by itself. */
  undo(): void;
}

/** What is wrong with a new fault, one sentence each. */
export class FaultError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join(' '));
  }
}

/** The active faults. */
export interface Faults {
  /**
   * Adds a fault by its name, or one or more by their fields. Throws FaultError for unknown names
   * and invalid fields.
   */
  add(order: string | Fault): FaultState;
  list(): FaultState[];
  /** Returns false if there is no fault with this id. */
  remove(id: string): boolean;
  clear(): void;
  /** The faults that apply now: of those that decide the response, only the first. */
  strike(occasion: Occasion): Strike[];
}

interface Rule {
  state: FaultState;
  matches(occasion: Occasion): boolean;
  chance(): boolean;
  expiresAt: number;
}

/**
 * Creates the engine. Random choices follow `seed`, and the lifetimes of faults follow the clock.
 */
export function createFaults(clock: Clock, seed: string | undefined): Faults {
  const rules = new Map<string, Rule>();
  let nextId = 1;
  const living = () => {
    for (const [id, rule] of rules) if (rule.expiresAt <= clock.now()) rules.delete(id);
    return [...rules.values()];
  };
  return {
    add(order) {
      const fault = complete(typeof order === 'string' ? { name: order } : order);
      const id = `${fault.name ?? 'fault'}-${nextId++}`;
      const state = { id, hits: 0, seen: 0, fault };
      const expiresAt = fault.ttl === undefined ? Number.POSITIVE_INFINITY : clock.now() + fault.ttl * 1000;
      const ids = createIds(fault.seed ?? (seed === undefined ? undefined : `${seed}:${id}`));
      const chance = () => ids.bytes(4).readUInt32BE() / 2 ** 32 < (fault.probability ?? 1);
      rules.set(id, { state, matches: matcher(fault), chance, expiresAt });
      return state;
    },
    list: () => living().map(({ state }) => state),
    remove: (id) => rules.delete(id),
    clear: () => rules.clear(),
    strike(occasion) {
      const strikes: Strike[] = [];
      for (const { state, matches, chance } of living()) {
        const { fault, id } = state;
        if (decides(fault) && strikes.some((other) => decides(other.fault))) continue;
        if (state.hits >= (fault.times ?? Number.POSITIVE_INFINITY) || !matches(occasion)) continue;
        state.seen += 1;
        if (state.seen <= (fault.after ?? 0) || !chance()) continue;
        state.hits += 1;
        strikes.push({ id, fault, undo: () => (state.hits -= 1) });
      }
      return strikes;
    },
  };
}

function decides(fault: Fault): boolean {
  return Boolean(fault.status ?? fault.drop ?? fault.reset ?? fault.stopReading);
}

function matcher(fault: Fault): Rule['matches'] {
  const methods = fault.method === undefined ? null : [fault.method].flat().map((name) => name.toUpperCase());
  const paths = fault.path === undefined ? null : [fault.path].flat().map(pathMatcher);
  const fields = Object.entries(fault.form ?? {});
  const needsBody = fault.stopReading === true || fault.throttleRequest !== undefined;
  return ({ method, path, user, form, hasBody }) =>
    (hasBody || !needsBody) &&
    // Only the body says who requests a token, and with which grant.
    (form !== null) === (fields.length > 0 || (fault.user !== undefined && path === TOKEN_PATH)) &&
    (methods === null || methods.includes(method)) &&
    (paths === null || paths.some((matches) => matches(path))) &&
    (fault.user === undefined || fault.user === user) &&
    fields.every(([name, value]) => form?.[name] === value);
}

/** The new fault, validated, with the fields of its named fault filled in. */
function complete(order: Fault): Fault {
  const named = order.name === undefined ? undefined : namedFault(order.name);
  if (order.name !== undefined && named === undefined) {
    const known = NAMED_FAULTS.map(({ name }) => name).join(', ');
    throw new FaultError([`There is no fault named ${order.name}. Use one of ${known}.`]);
  }
  const place = order.atBytes === undefined ? {} : { atFraction: undefined };
  const fault: Fault = JSON.parse(JSON.stringify({ ...named?.fault, ...place, ...order }));
  const problems = problemsOf(fault);
  if (problems.length > 0) throw new FaultError(problems);
  return fault;
}
