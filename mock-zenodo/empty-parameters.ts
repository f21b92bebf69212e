import fp from 'fastify-plugin';
import { routeNotFound } from './errors.js';

/**
 * Finds no route for a path that ends where an id should follow: a parameter of Zenodo's routes has
 * at least one character (`pallets/werkzeug:src/werkzeug/routing/converters.py`).
 */
export const emptyParameters = fp(
  async (app) => {
    app.addHook('onRequest', async ({ params }) => {
      const named = Object.entries(params as object).filter(([name]) => name !== '*');
      if (named.some(([, value]) => value === '')) throw routeNotFound();
    });
  },
  { name: 'empty-parameters' },
);
