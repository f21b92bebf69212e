import { toCurl } from './call.js';
import type { Exchange } from './client.js';
import type { Operation } from './document.js';
import { ABSENT, isDocumented, nameOf } from './policy.js';

/** A violation of the contract, with the smallest request that shows it. */
interface Fault {
  operation: Operation;
  reason: string;
  exchange: Exchange;
}

/** What was observed for one call. */
interface Tally {
  cases: number;
  /** Number of responses by status; 0 stands for no response. */
  statuses: Map<number, number>;
}

/** Counts everything that was sent. */
export interface Findings {
  count(exchange: Exchange): void;
  tallyOf(operation: Operation): Tally;
  add(fault: Fault): void;
  /** Whether this was found already. */
  knows(operation: Operation, reason: string): boolean;
  faults(): Fault[];
}

/** Number of attempts after which a call that never responds otherwise counts as not offered. */
const ENOUGH = 8;

export function isNotOffered(operation: Operation, { cases, statuses }: Tally): boolean {
  const absent = [...statuses.keys()].every((status) => ABSENT.includes(status));
  return !isDocumented(operation) && cases >= ENOUGH && absent;
}

export function createFindings(): Findings {
  const tallies = new Map<string, Tally>();
  const faults = new Map<string, Fault>();
  const tallyOf = (operation: Operation): Tally => {
    const name = nameOf(operation);
    const tally = tallies.get(name) ?? { cases: 0, statuses: new Map() };
    tallies.set(name, tally);
    return tally;
  };
  const keyOf = (operation: Operation, reason: string) => `${nameOf(operation)}\n${reason}`;
  return {
    tallyOf,
    count({ call, answer }) {
      const tally = tallyOf(call.operation);
      const status = answer?.status ?? 0;
      tally.cases += 1;
      tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
    },
    add(fault) {
      const key = keyOf(fault.operation, fault.reason);
      if (!faults.has(key)) faults.set(key, fault);
    },
    knows: (operation, reason) => faults.has(keyOf(operation, reason)),
    faults: () =>
      [...faults.values()].filter(({ operation }) => !isNotOffered(operation, tallyOf(operation))),
  };
}

/** The table of calls, and each fault with the command that reproduces it. */
export function reportOf(
  url: string,
  operations: readonly Operation[],
  findings: Findings,
  endedEarly: boolean,
): string[] {
  const faults = findings.faults();
  const rows = operations.map((operation) => {
    const tally = findings.tallyOf(operation);
    const found = faults.filter((fault) => fault.operation === operation).length;
    const answers = [...tally.statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, n]) => `${status || 'none'}×${n}`);
    const remark = isNotOffered(operation, tally) ? 'not offered' : found === 0 ? '' : `${found} FAULTS`;
    return [nameOf(operation), String(tally.cases), answers.join(' '), remark] as const;
  });
  const upstream = operations.reduce((sum, operation) => {
    const { statuses } = findings.tallyOf(operation);
    return sum + [502, 503, 504].reduce((n, status) => n + (statuses.get(status) ?? 0), 0);
  }, 0);
  return [
    ...table([['call', 'cases', 'responses', ''], ...rows]),
    ...(upstream === 0
      ? []
      : [
          '',
          `Zenodo, or something else behind the service, failed ${upstream} times. That alone is not a fault.`,
        ]),
    ...faults.flatMap(({ operation, reason, exchange }, index) => [
      '',
      `Fault ${index + 1}: ${nameOf(operation)}: ${reason}`,
      `  response: ${exchange.answer?.status ?? 'none'}; the smallest request that shows it:`,
      ...toCurl(url, exchange.call)
        .split('\n')
        .map((line) => `  ${line}`),
    ]),
    '',
    verdictOf(faults.length, endedEarly),
  ];
}

function verdictOf(faults: number, endedEarly: boolean): string {
  if (faults > 0)
    return `The contract is broken in ${faults} ways.${endedEarly ? ' The run was stopped early.' : ''}`;
  return endedEarly
    ? 'The run was stopped early. It found no fault until then, so it is unknown whether the contract is kept.'
    : 'The contract is kept.';
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
