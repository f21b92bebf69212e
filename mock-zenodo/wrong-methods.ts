import type { FastifyInstance } from 'fastify';
import { methodNotAllowed } from './errors.js';
import type { Route } from './nearest-routes.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Collects every route that is registered after this call, also in `routes`. Call the returned
 * function once all routes are registered: it makes the other methods of each path respond with 405
 * and `Allow`, and OPTIONS with 200 and `Allow`, as Zenodo's web framework does by itself.
 */
export function watchRoutes(app: FastifyInstance, routes: Route[]): () => void {
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = known.get(url) ?? new Set<string>();
    for (const name of [method].flat()) methods.add(name);
    known.set(url, methods);
  });
  return () => {
    for (const [url, methods] of known) {
      if (url !== '*' && url !== '') routes.push(...[...methods].map((method) => ({ method, url })));
    }
    for (const [url, methods] of [...known]) {
      if (url === '*' || url === '') continue;
      const allow = [...new Set([...methods, 'OPTIONS'])].sort().join(', ');
      const wrong = METHODS.filter((method) => !methods.has(method));
      const refuse = async () => {
        throw methodNotAllowed(allow);
      };
      if (wrong.length > 0) app.route({ url, method: wrong, onRequest: refuse, handler: refuse });
      if (!methods.has('OPTIONS')) {
        app.options(
          url,
          {
            onRequest: async (_, reply) =>
              reply.header('allow', allow).type('text/html; charset=utf-8').send(''),
          },
          () => {},
        );
      }
    }
  };
}
