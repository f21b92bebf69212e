import { STATUS_CODES } from 'node:http';
import fp from 'fastify-plugin';
import { isControlPath, pathOf } from './path-pattern.js';

/** Phrases of Zenodo's framework from older standards (`pallets/werkzeug:src/werkzeug/http.py`). */
const FRAMEWORK: Record<number, string> = {
  413: 'Request Entity Too Large',
  414: 'Request URI Too Long',
  416: 'Requested Range Not Satisfiable',
};

/** Phrases of the proxy in front of it. */
const PROXY: Record<number, string> = {
  413: 'Request Entity Too Large',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/**
 * Writes status lines as Zenodo does, `404 NOT FOUND`, because clients show them to their users
 * (`eblondel/zen4R#142`).
 */
export const statusLine = fp(
  async (app) => {
    app.addHook('onSend', async (request, { raw, statusCode }) => {
      if (isControlPath(pathOf(request.raw.url ?? ''))) return;
      const usual = STATUS_CODES[statusCode] ?? '';
      raw.statusMessage = request.fromProxy
        ? (PROXY[statusCode] ?? usual)
        : (FRAMEWORK[statusCode] ?? usual).toUpperCase();
    });
  },
  { name: 'status-line', dependencies: ['response-headers'] },
);
