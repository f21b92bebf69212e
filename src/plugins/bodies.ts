import formbody from '@fastify/formbody';
import { errorCodes } from 'fastify';
import fp from 'fastify-plugin';
import { jsonText } from './utf8-text.js';

/** Bodies are JSON or urlencoded. An empty one is none, whatever its content type says, and GET may have one: it may carry the access token. */
export const bodies = fp(
  async (app) => {
    app.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
    const parse = app.getDefaultJsonParser('error', 'error');
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
      if (body.length === 0) return done(null, undefined);
      let text: string;
      try {
        text = jsonText(body as Buffer);
      } catch (error) {
        return done(error as Error, undefined);
      }
      parse(request, text, done);
    });
    // What fetch() says of a text whose type nobody gave. Fastify would read it, and call it "not an object".
    app.removeContentTypeParser('text/plain');
    app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => {
      done(body.length === 0 ? null : new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE('text/plain'), undefined);
    });
    await app.register(formbody);
  },
  { name: 'bodies' },
);
