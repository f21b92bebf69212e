import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { type Controls, createControls } from './control/controls.js';
import type { ClientEnvironment } from './impersonate/client-environment.js';
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
  /** Path of the certificate to trust, PEM; null unless the mock impersonates Zenodo. */
  certificate: string | null;
  /** The address that it listens on. It differs from `url` behind a proxy or under another name. */
  address: string;
  /**
   * Environment variables that lead a child process to this mock at `https://zenodo.org` and the
   * other names that it stands in for, and make it trust the mock. Add them to the environment of
   * the child process, which is `env`. Throws unless the mock impersonates Zenodo.
   */
  environment(env?: NodeJS.ProcessEnv): Promise<Record<string, string>>;
  /** Stops at once. Only the `data` folder remains. */
  close(): Promise<void>;
}

/**
 * Starts a mock Zenodo. One process can run several. Throws if an option is wrong or the port is
 * taken.
 */
export async function startMockZenodo(options: Partial<Options> = {}): Promise<MockZenodo> {
  const checked = parseOptions(options);
  const app = await buildMock(checked);
  try {
    await app.listen({ port: checked.port, host: checked.host });
  } catch (error) {
    await app.close();
    throw explained(error, checked);
  }
  const listening = app.server.address() as AddressInfo;
  const address = reachable(listening, checked.impersonate ? 'https' : 'http');
  const { certificate } = app.mock;
  const url = checked.publicUrl ?? (checked.impersonate ? impersonated(checked, listening) : address);
  const environments: ClientEnvironment[] = [];
  return {
    url,
    address,
    certificate,
    ...createControls(app.mock),
    async environment(env = process.env) {
      if (certificate === null)
        throw new Error('Only a mock with the option impersonate can replace Zenodo.');
      const { createClientEnvironment } = await import('./impersonate/client-environment.js');
      const { publicUrl } = checked;
      const [host, { port }] = [onThisMachine(listening.address), listening];
      const behind = { host, port, publicUrl, certificate: await readFile(certificate, 'utf8') };
      const made = await createClientEnvironment(behind, env);
      environments.push(made);
      return made.variables;
    },
    async close() {
      for (const made of environments.splice(0)) await made.close();
      await app.close();
    },
  };
}

/** Says what to do if the port cannot be used. */
function explained(error: unknown, { host, port }: Options): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const says: Record<string, string> = {
    EADDRINUSE: `Port ${port} of ${host} is taken, perhaps by another mock. Choose another one with --port, or 0 for a free one.`,
    EACCES: `Port ${port} of ${host} may not be used: ports below 1024 need special rights. Choose another one with --port.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Choose one with --host.`,
    ENOTFOUND: `This machine has no address ${host}. Choose one with --host.`,
  };
  const message = says[String(code)];
  return message === undefined ? error : Object.assign(new Error(message, { cause: error }), { code });
}

/**
 * The name in the certificate. Clients that are configured for it reach the mock under this name.
 */
function impersonated({ sandbox }: Options, { port }: AddressInfo): string {
  return `https://${sandbox ? 'sandbox.' : ''}zenodo.org${port === 443 ? '' : `:${port}`}`;
}

function reachable({ address, port }: AddressInfo, scheme: 'http' | 'https'): string {
  const host = onThisMachine(address);
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** An address that a client on this machine can call, even if the mock listens on all of them. */
function onThisMachine(address: string): string {
  return address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
}
