import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Just enough of tap's test object to clean up after it. */
export interface Teardown {
  teardown(work: () => unknown): unknown;
}

/** The same for what may also fail the test. */
export interface FailingTeardown extends Teardown {
  fail(message: string): unknown;
}

/** An empty folder that goes with the test. */
export async function temporaryFolder(t: Teardown): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'zenodo-service-test-'));
  // What was killed may still be writing its last words.
  t.teardown(() => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  return path;
}

/** Lets a server listen until the test ends, and tells its URL. */
export async function listen(t: Teardown, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    if (server instanceof HttpServer) server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
