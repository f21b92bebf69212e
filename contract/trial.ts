import fc, { type Arbitrary } from 'fast-check';
import type { Call } from './call.js';
import type { Client, Exchange } from './client.js';
import type { Operation } from './document.js';
import type { Lane } from './lane.js';
import { type Findings, isNotOffered } from './report.js';

interface TrialOptions {
  cases: number;
  seed: number;
  signal: AbortSignal;
}

/** Number of requests spent on reducing the request that shows a fault. */
const SHRINKING = 60;

/** Sends generated requests of one call. What was found once is not searched for again. */
export async function tryOut(
  operation: Operation,
  requests: Arbitrary<Call>,
  { client, lane, findings }: { client: Client; lane: Lane; findings: Findings },
  { cases, seed, signal }: TrialOptions,
): Promise<void> {
  for (let left = cases, round = 0; left > 0; round += 1) {
    if (signal.aborted || isNotOffered(operation, findings.tallyOf(operation))) return;
    let smallest: { reason: string; exchange: Exchange } | null = null;
    let spent = 0;
    let stop: unknown = null;

    const holds = async (call: Call): Promise<boolean> => {
      const over = signal.aborted || stop !== null;
      if (smallest === null) {
        // Without this, all requests that are left would still be generated.
        fc.pre(!over && !isNotOffered(operation, findings.tallyOf(operation)));
        left -= 1;
      } else if (over || spent > SHRINKING) return true;
      else spent += 1;
      try {
        const exchange = await client.send(call, await lane.prepare());
        await lane.after(exchange);
        if (smallest === null) findings.count(exchange);
        const looked = smallest?.reason;
        const reason = exchange.faults.find((one) =>
          looked === undefined ? !findings.knows(operation, one) : one === looked,
        );
        if (reason === undefined) return true;
        smallest = { reason, exchange };
        return false;
      } catch (error) {
        // It must leave the loop here: inside, it would be taken for a fault of the service.
        stop = error;
        return true;
      }
    };

    await fc.check(fc.asyncProperty(requests, holds), {
      numRuns: left,
      seed: seed + round,
      maxSkipsPerRun: 0,
    });
    if (stop !== null) throw stop;
    // It is set inside the callback, which the compiler does not see.
    const found = smallest as { reason: string; exchange: Exchange } | null;
    if (found === null) return;
    findings.add({ operation, ...found });
  }
}
