import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';
import { ProblemSchema } from '../schemas/problem.js';
import { VERSION } from '../version.js';

/** The contract: generated from the route schemas, served as YAML and JSON, with a reference to click through at /docs. */
export const openapi = fp(
  async (app) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Zenodo service',
          version: VERSION,
          description: 'Puts data on Zenodo for a research platform, in the name of its users.',
          license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        },
        servers: [{ url: '/', description: 'This deployment' }],
        tags: [
          { name: 'Authorization', description: 'Get a user’s consent and a token that stands for it.' },
          { name: 'Depositions', description: 'Drafts and records.' },
          { name: 'Files', description: 'Bring files to a draft.' },
          { name: 'Uploads', description: 'See what becomes of an upload.' },
          { name: 'Metadata', description: 'Describe the draft.' },
          { name: 'Service', description: 'Is it well?' },
        ],
        components: {
          securitySchemes: {
            accessToken: {
              type: 'http',
              scheme: 'bearer',
              description: 'The access_token from /oauth/callback.',
            },
            apiKey: {
              type: 'apiKey',
              in: 'header',
              name: 'X-API-Key',
              description: 'Only where the operator asks for one.',
            },
          },
        },
      },
      refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `def-${i}`) },
      // A streamed form cannot be validated as a body, only described.
      transform: ({ schema, url }) => ({
        url,
        schema:
          schema && 'form' in schema
            ? { ...schema, body: schema['form'], consumes: ['multipart/form-data'] }
            : schema,
      }),
    });
    app.addSchema(ProblemSchema);
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: true,
      uiConfig: { persistAuthorization: false, validatorUrl: null },
    });
    app.get('/openapi.yaml', { schema: { hide: true } }, async (_request, reply) =>
      reply.type('application/yaml').send(app.swagger({ yaml: true })),
    );
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  },
  { name: 'openapi' },
);
