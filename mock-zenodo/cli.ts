#!/usr/bin/env node
import { helpText, readCommand } from './command-line.js';
import { type MockZenodo, startMockZenodo } from './index.js';
import { type Options, OptionsError } from './options.js';
import { packageVersion } from './version.js';

/**
 * Starts a mock and runs it until SIGTERM or SIGINT. The first line on standard output is the URL
 * alone.
 */
async function run(options: Options): Promise<void> {
  const starting = startMockZenodo(options);
  const stop = (): void => {
    starting.then((mock) => mock.close()).finally(() => process.exit());
  };
  // Before the URL is printed, because a program that reads it may end this process at once.
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const mock = await starting;
  process.stdout.write(`${mock.url}\n`);
  process.stderr.write(mock.certificate === null ? greeting(mock) : disguise(mock.url, mock.certificate));
}

function greeting({ url, address }: MockZenodo): string {
  return `
  listens   ${address}
  accounts  mock-user (token mock-token), mock-user-2 (token mock-token-2)
  app       mock-client / mock-secret, with any redirect URI on localhost or 127.0.0.1
  try       curl -H 'Authorization: Bearer mock-token' ${url}/api/deposit/depositions
  window    ${url}/
  control   ${url}/_mock/docs
  stop      Ctrl-C
`;
}

function disguise(url: string, certificate: string): string {
  const { host, hostname, port } = new URL(url);
  return `
  accounts     mock-user (token mock-token), mock-user-2 (token mock-token-2)
  certificate  ${certificate}
  try          curl --cacert ${certificate} --resolve ${hostname}:${port || 443}:127.0.0.1 https://${host}/api/records
  Node         NODE_EXTRA_CA_CERTS=${certificate}
  Python       REQUESTS_CA_BUNDLE=${certificate}
  stop         Ctrl-C
`;
}

try {
  const command = readCommand(process.argv.slice(2), process.env);
  if (command.show === null && command.execute !== null) {
    const { execute } = await import('./exec.js');
    await execute(command.execute, command.options, command.strict);
  } else if (command.show === null) await run(command.options);
  else process.stdout.write(command.show === 'help' ? helpText() : `${packageVersion()}\n`);
} catch (error) {
  const wrongUse = error instanceof OptionsError;
  const lines = wrongUse
    ? [...error.faults, 'See --help.']
    : [error instanceof Error ? error.message : error];
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exitCode = wrongUse ? 2 : 1;
}
