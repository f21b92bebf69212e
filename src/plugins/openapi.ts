import swagger from '@fastify/swagger';
import fp from 'fastify-plugin';
import { DepositionSchema } from '../schemas/depositions.js';
import { EventSchema } from '../schemas/events.js';
import { ProblemSchema } from '../schemas/problem.js';
import { UploadSchema } from '../schemas/uploads.js';
import { LongValueSchema, ValueSchema } from '../schemas/values.js';
import { VERSION } from '../version.js';
import { finished } from './openapi-document.js';
import { documentedRoute } from './openapi-route.js';
import { contractText } from './openapi-text.js';

/** Names and order of the workflow. */
const TAGS = [
  {
    name: 'Authorization',
    description: 'Get a user’s consent at Zenodo, and a token of this service that stands for it.',
  },
  { name: 'Depositions', description: 'Make, look at, publish, version and delete depositions.' },
  { name: 'Files', description: 'Bring files and folders to a draft.' },
  {
    name: 'Resumable uploads',
    description: 'Bring files by tus 1.0: a transfer that breaks off goes on where it ended.',
  },
  { name: 'Uploads', description: 'See what becomes of an upload, or end it.' },
  {
    name: 'Upload links',
    description:
      'Send the user to a page where they bring their files, and get them back when these are at Zenodo.',
  },
  { name: 'Metadata', description: 'Describe the draft.' },
  { name: 'Service', description: 'Is it well?' },
];

const DESCRIPTION = [
  'An application sends its users’ data to Zenodo with four calls: `/oauth/authorize`, `/oauth/callback`, `/depositions/{id}/files` and `/depositions/{id}/metadata`. This service holds the OAuth conversation, the tokens, the upload and the mapping of metadata.',
  'Every error is `application/problem+json` with a `code` to decide by, a `detail` that says what to do next, and the `request_id` under which the operator finds it. Any call may be repeated.',
  'Bodies are JSON. Where all their values are texts, `application/x-www-form-urlencoded` is read too; an empty body is none.',
  'Answers may have more properties than are named here: ignore what you do not know.',
].join('\n\n');

/** The contract: generated from the route schemas, served as YAML and JSON. */
export const openapi = fp(
  async (app) => {
    await app.register(swagger, {
      hideUntagged: true,
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Zenodo service',
          version: VERSION,
          summary: 'Puts data on Zenodo for a research platform, in the name of its users.',
          description: DESCRIPTION,
          contact: { name: 'The operator of this deployment' },
          license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        } as { title: string; version: string },
        components: {
          securitySchemes: {
            accessToken: {
              type: 'http',
              scheme: 'bearer',
              description:
                'The `access_token` from /oauth/callback, or a personal token of Zenodo’s. It may also be sent as the field `access_token` of the body, and on GET and DELETE in the query.',
            },
            uploadLink: {
              type: 'http',
              scheme: 'bearer',
              description:
                'The secret of an upload link: what stands behind `#` in its `url`. In the header alone. Such a call needs no service key.',
            },
            apiKey: {
              type: 'apiKey',
              in: 'header',
              name: 'X-API-Key',
              description: 'The application’s own key, where the operator asks for one.',
            },
          },
        },
      },
      refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `def-${i}`) },
      // Relative to where this document is served, so that it holds behind any prefix.
      transformObject: (document) => {
        if (!('openapiObject' in document)) return document.swaggerObject;
        const { openapi, info, ...rest } = document.openapiObject;
        const servers = [{ url: '.', description: 'The deployment that serves this document' }];
        return finished({ openapi, info, servers, tags: TAGS, ...rest } as typeof document.openapiObject);
      },
      transform: ({ schema, url }) => ({ url, schema: documentedRoute(schema, url) }),
    });
    app.addSchema(ProblemSchema);
    app.addSchema(UploadSchema);
    app.addSchema(EventSchema);
    app.addSchema(DepositionSchema);
    app.addSchema(ValueSchema);
    app.addSchema(LongValueSchema);
    app.get('/openapi.yaml', { schema: { hide: true } }, async (_request, reply) =>
      reply.type('application/yaml').send(contractText(app)),
    );
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  },
  { name: 'openapi' },
);
