import formbody from '@fastify/formbody';
import fp from 'fastify-plugin';

/** Bodies are JSON or urlencoded. An empty one is none, whatever its content type says, and GET may have one: it may carry the access token. */
export const bodies = fp(
  async (app) => {
    app.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
    const parse = app.getDefaultJsonParser('error', 'error');
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
      if (body.length === 0) done(null, undefined);
      else parse(request, body as string, done);
    });
    await app.register(formbody);
  },
  { name: 'bodies' },
);
