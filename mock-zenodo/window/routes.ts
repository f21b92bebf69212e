import { readFile } from 'node:fs/promises';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { ControlError } from '../control/control-error.js';
import { guardControl } from '../control/guard.js';
import { html } from '../pages/html.js';
import { WINDOW_HEADERS } from '../pages/page.js';
import { windowPage, windowParts } from './window-page.js';

const ICON = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1456b8"/><path d="M4 4h8L5 12h7" fill="none" stroke="#fff" stroke-width="2"/></svg>`;

/**
 * The mock's own window at `/`. All its data and actions use the control API and its guard. The
 * page itself is open to everyone.
 */
export const windowRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  const assets = [
    ['window.js', 'text/javascript; charset=utf-8', await asset('window.js')],
    ['control-call.js', 'text/javascript; charset=utf-8', await asset('control-call.js')],
    ['window.css', 'text/css; charset=utf-8', await asset('window.css')],
    ['icon.svg', 'image/svg+xml', ICON.markup],
  ] as const;
  for (const [name, type, text] of assets) {
    app.get(`/_mock/${name}`, async (_request, reply) =>
      reply
        .type(type)
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'no-cache')
        .send(text),
    );
  }

  // For programs that wait until the mock is ready. It is open to everyone, and reveals nothing.
  app.get('/healthz', async (_request, reply) => reply.type('application/json').send('{"status":"ok"}'));

  app.get('/', async (request, reply) => {
    const refusal = refusalOf(request);
    const shown = refusal === null ? windowParts(mock) : refusal;
    return reply.headers(WINDOW_HEADERS).send(windowPage(shown, mock.options));
  });
};

/** The reason why the control API refuses a request, or null. */
function refusalOf(request: FastifyRequest): string | null {
  try {
    guardControl(request, request.server.mock.options);
    return null;
  } catch (error) {
    if (error instanceof ControlError) return error.message;
    throw error;
  }
}

function asset(name: string): Promise<string> {
  return readFile(new URL(`./assets/${name}`, import.meta.url), 'utf8');
}
