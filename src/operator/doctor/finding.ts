/** The result of a check. `todo` says what to do. */
export interface Finding {
  what: string;
  well: boolean;
  said: string;
  todo?: string;
}

/** The check passed. */
export function good(what: string, said: string): Finding {
  return { what, well: true, said };
}

/** The check passed, but something remains to be done. */
export function advice(what: string, said: string, todo: string): Finding {
  return { what, well: true, said, todo };
}

/** The check failed. `todo`: what the operator does about it. */
export function bad(what: string, said: string, todo: string): Finding {
  return { what, well: false, said, todo };
}

/** One line, and a second one if there is something to do. */
export function toText({ what, well, said, todo }: Finding): string {
  const line = `${well ? '✓' : '✗'} ${what}: ${said}`;
  return todo === undefined ? `${line}\n` : `${line}\n  → ${todo}\n`;
}

/** Seconds by which two clocks may differ if decisions compare them. */
const TOLERANCE = 5;

/**
 * Compares a clock with this machine's. `slack`: seconds that reading it took, or its resolution.
 */
export function compareClocks(whose: string, theirs: number, slack: number): Finding {
  const apart = (theirs - Date.now()) / 1000;
  const said = `${Math.abs(apart).toFixed(1)} s ${apart < 0 ? 'behind' : 'ahead of'} this machine’s`;
  const what = `clock of ${whose}`;
  if (Math.abs(apart) <= TOLERANCE + slack) return good(what, said);
  return bad(what, said, 'Synchronize both machines with NTP: lifetimes of tokens and leases depend on it.');
}
