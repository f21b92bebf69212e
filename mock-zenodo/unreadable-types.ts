import fp from 'fastify-plugin';

const MEDIA_TYPE = /^\s*[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(?:;|$)/;

/**
 * Passes requests whose Content-Type is not a media type to their handlers, as if they had a type
 * without a parser. Fastify would refuse them earlier, but Zenodo has its own error for them.
 */
export const unreadableTypes = fp(
  async (app) => {
    app.addHook('onRequest', async ({ headers }) => {
      const type = headers['content-type'];
      if (type !== undefined && !MEDIA_TYPE.test(type)) headers['content-type'] = 'application/x-unreadable';
    });
  },
  { name: 'unreadable-types' },
);
