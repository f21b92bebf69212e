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
  const { port } = app.server.address() as AddressInfo;
  return { url: checked.publicUrl ?? `http://127.0.0.1:${port}`, close: () => app.close() };
}
