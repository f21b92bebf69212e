import fp from 'fastify-plugin';

const MEDIA_TYPE = /^\s*[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(?:;|$)/;

/**
 * Lets requests whose Content-Type is no media type at all reach their handlers, as one of a type
 * without a parser: Fastify would refuse them before, and Zenodo has its own words for it.
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
