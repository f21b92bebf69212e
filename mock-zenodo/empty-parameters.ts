import fp from 'fastify-plugin';
import { routeNotFound } from './errors.js';
import { isControlPath, pathOf } from './path-pattern.js';

/**
 * Finds no route for a path that ends where an id should follow: a parameter of Zenodo's routes has
 * at least one character (`pallets/werkzeug:src/werkzeug/routing/converters.py`).
 */
export const emptyParameters = fp(
  async (app) => {
    app.addHook('onRequest', async ({ params, raw }) => {
      if (isControlPath(pathOf(raw.url ?? ''))) return;
      if (Object.values(params as object).includes('')) throw routeNotFound();
    });
  },
  { name: 'empty-parameters' },
);
