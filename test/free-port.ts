import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port of this machine that no program listens at, for programs that cannot be told to take any.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
