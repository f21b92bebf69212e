import type { AddressInfo } from 'node:net';
import { type Controls, createControls } from './control/controls.js';
import { type Options, parseOptions } from './options.js';
import { buildMock } from './server.js';

export type { Controls } from './control/controls.js';
export type { Seed } from './control/seed-schema.js';
export type { Snapshot } from './control/snapshot.js';
export type { DepositionState, Seeded, State } from './control/state-schema.js';
export type { Fault, FaultState } from './faults/fault.js';
export type { JournalEntry, JournalFilter } from './journal.js';
export type { Options } from './options.js';

/** A running mock Zenodo. */
export interface MockZenodo extends Controls {
  /** Origin without a trailing slash. */
  url: string;
  /** Stops at once; nothing is left, but for the `data` folder. */
  close(): Promise<void>;
}

/** Starts a mock Zenodo; several may run in one process. Throws if an option is wrong or the port is taken. */
export async function startMockZenodo(options: Partial<Options> = {}): Promise<MockZenodo> {
  const checked = parseOptions(options);
  const app = await buildMock(checked);
  try {
    await app.listen({ port: checked.port, host: checked.host });
  } catch (error) {
    await app.close();
    throw error;
  }
  const url = checked.publicUrl ?? reachable(app.server.address() as AddressInfo);
  return { url, ...createControls(app.mock), close: () => app.close() };
}

/** An address that a client on this machine can call, also when the mock listens on all of them. */
function reachable({ address, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
