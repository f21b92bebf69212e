import type { FastifyError, FastifyPluginAsync, FastifyReply } from 'fastify';
import { PAGE_HEADERS, WINDOW_HEADERS } from '../pages/page.js';
import { partsDocument, windowParts } from '../window/window-page.js';
import { ControlError } from './control-error.js';
import type { Controls } from './controls.js';
import { docsPage } from './docs-page.js';
import { guardControl } from './guard.js';
import { journalStream } from './journal-stream.js';
import { controlError } from './known-error.js';
import { openApiDocument } from './openapi.js';
import type { Operation } from './operation.js';
import { controlOperations } from './operations.js';

/** Imports contain files in base64. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

/**
 * The control API under `/_mock/`. It is not part of Zenodo, and only accepts calls from this
 * machine.
 */
export const controlRoutes: FastifyPluginAsync<{ controls: Controls }> = async (app, { controls }) => {
  const { options } = app.mock;
  const operations = controlOperations(controls);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MAX_BODY_BYTES }, (_request, text, done) => {
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text.toString()));
    } catch {
      done(new ControlError(400, 'The body is not JSON.'));
    }
  });
  app.addHook('onRequest', async (request) => guardControl(request, options));
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  app.setErrorHandler<FastifyError | ControlError>((error, _request, reply) => answerError(reply, error));
  app.setNotFoundHandler(() => {
    throw new ControlError(404, 'This control call does not exist. See /_mock/docs.');
  });

  for (const { method, path, status, run } of operations) {
    app.route({
      method,
      url: path,
      handler: async (request, reply) => {
        const answer = await run(request.query, request.body);
        return status === 204 ? reply.code(204).send() : reply.code(status).send(answer);
      },
    });
  }
  app.delete<{ Params: { id: string } }>('/faults/:id', async (request, reply) => {
    if (!controls.faults.remove(request.params.id)) throw new ControlError(404, 'The fault does not exist.');
    return reply.code(204).send();
  });
  await app.register(journalStream);
  app.get<{ Querystring: { open?: string | string[] } }>('/window', async (request, reply) => {
    const open = [request.query.open ?? []].flat().join().split(',').map(Number);
    return reply.headers(WINDOW_HEADERS).send(partsDocument(windowParts(app.mock, new Set(open))));
  });
  documentation(operations);

  function documentation(described: Operation[]): void {
    app.get('/openapi.json', async () => openApiDocument(described));
    app.get('/docs', async (_request, reply) => reply.headers(PAGE_HEADERS).send(docsPage(described)));
    app.get('/', async (_request, reply) => reply.redirect('/_mock/docs'));
  }
};

function answerError(reply: FastifyReply, error: unknown): FastifyReply {
  const known = controlError(error);
  const details = known.details.length === 0 ? {} : { details: known.details };
  return reply.code(known.status).send({ status: known.status, message: known.message, ...details });
}
