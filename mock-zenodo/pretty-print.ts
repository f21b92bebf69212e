import fp from 'fastify-plugin';
import { prettyJson } from './json.js';
import { isApiPath, pathOf } from './path-pattern.js';

/**
 * Indents successful responses and sorts their keys for requests with `?prettyprint=1`
 * (`inveniosoftware/flask-resources:flask_resources/serializers/json.py`).
 */
export const prettyPrint = fp(
  async (app) => {
    app.addHook('onSend', async (request, reply, payload) => {
      const { prettyprint } = request.query as { prettyprint?: string };
      if (!prettyprint || typeof payload !== 'string' || payload === '' || reply.statusCode >= 300)
        return payload;
      const json = /^application\/(?:json|vnd\.zenodo\.v1\+json|vnd\.inveniordm\.v1\+json)\b/;
      if (!isApiPath(pathOf(request.raw.url ?? '')) || !json.test(String(reply.getHeader('content-type'))))
        return payload;
      reply.removeHeader('content-length');
      return prettyJson(payload);
    });
  },
  { name: 'pretty-print' },
);
