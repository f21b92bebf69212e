import fp from 'fastify-plugin';
import { problem } from '../errors.js';

/** A name or address, and perhaps a port (RFC 3986 section 3.2.2). */
const HOST = /^(\[[0-9a-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(:\d*)?$/i;

/** Health checks send what they like, such as the name of a cluster, and get no links. */
const HEALTH: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/**
 * Refuses HTTP/1.1 requests without exactly one valid Host (RFC 9112 section 3.2). Node keeps the
 * first of several, a proxy in front may have gone by another. Node's own answer to a request
 * without Host has no body.
 */
export const oneHost = fp(
  async (app) => {
    app.addHook('onRequest', async ({ raw, routeOptions }) => {
      const hosts = raw.rawHeaders.filter((_value, index, all) => isHost(all, index));
      const [host] = hosts;
      const { length } = hosts;
      const isRight =
        length === 1
          ? HOST.test(host ?? '') || HEALTH.has(routeOptions.url ?? '')
          : length === 0 && raw.httpVersion === '1.0';
      if (isRight) return;
      const message =
        length === 1 ? 'must be the name or address of this service' : 'must be sent exactly once';
      throw problem('invalid_request', `The header Host ${message}. Let an HTTP library build the request.`, {
        errors: [{ field: 'host', message }],
      });
    });
  },
  { name: 'one-host', dependencies: ['request-context'] },
);

/** Whether a text is the value of a Host. Names and values alternate. */
function isHost(headers: readonly string[], index: number): boolean {
  return index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'host';
}
