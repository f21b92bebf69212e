import type { AddressInfo } from 'node:net';
import { type Options, parseOptions } from './options.js';
import { buildMock } from './server.js';

export type { Options } from './options.js';

/** A running mock Zenodo. */
export interface MockZenodo {
  /** Origin without a trailing slash. */
  url: string;
  close(): Promise<void>;
}

/** Starts a mock Zenodo; several may run in one process. Throws if an option is wrong or the port is taken. */
export async function startMockZenodo(options: Partial<Options> = {}): Promise<MockZenodo> {
  const checked = parseOptions(options);
  const app = await buildMock(checked);
  await app.listen({ port: checked.port, host: checked.host });
  return {
    url: checked.publicUrl ?? reachable(app.server.address() as AddressInfo),
    close: () => app.close(),
  };
}

/** An address that a client on this machine can call, also when the mock listens on all of them. */
function reachable({ address, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
