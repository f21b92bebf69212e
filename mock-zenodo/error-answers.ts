import fp from 'fastify-plugin';
import { DomainError, FrameworkError, HtmlError, internalError, routeNotFound } from './errors.js';
import { flaskJson, spacedJson } from './json.js';

/** Turns what handlers throw into Zenodo's three shapes of error (`zenodo-api.md` 2.9). */
export const errorAnswers = fp(
  async (app) => {
    app.setErrorHandler((error, _request, reply) => {
      if (error instanceof DomainError) {
        const body = { status: error.status, message: error.message, errors: error.errors, ...error.extra };
        return reply.code(error.status).type('application/json').send(spacedJson(body));
      }
      if (error instanceof HtmlError) {
        const page = `<html>\r\n<head><title>${error.title}</title></head>\r\n<body>\r\n<center><h1>${error.title}</h1></center>\r\n</body>\r\n</html>\r\n`;
        return reply.code(error.status).type('text/html').send(page);
      }
      const known = error instanceof FrameworkError ? error : internalError();
      const body = { message: known.message, status: known.status };
      return reply.code(known.status).headers(known.headers).type('application/json').send(flaskJson(body));
    });
    app.setNotFoundHandler(() => {
      throw routeNotFound();
    });
  },
  { name: 'error-answers' },
);
