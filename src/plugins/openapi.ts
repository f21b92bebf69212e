import swagger from '@fastify/swagger';
import fp from 'fastify-plugin';
import { LongValueSchema, ValueSchema } from '../schemas/body-limits.js';
import { DepositionSchema } from '../schemas/depositions.js';
import { EventSchema } from '../schemas/events.js';
import { ProblemSchema } from '../schemas/problem.js';
import { UploadSchema } from '../schemas/uploads.js';
import { sharedText } from '../shared-text.js';
import { VERSION } from '../version.js';
import { finished } from './openapi-document.js';
import { documentedRoute } from './openapi-route.js';
import { contractText } from './openapi-text.js';

/** The tags, in the order of the workflow. */
const TAGS = [
  {
    name: 'Authorization',
    description: 'Get a user’s consent at Zenodo, and an access token of this service for it.',
  },
  { name: 'Depositions', description: 'Create, read, publish, version and delete depositions.' },
  { name: 'Files', description: 'Send files and folders to a draft.' },
  {
    name: 'Resumable uploads',
    description: 'Send files by tus 1.0. An interrupted transfer resumes where it stopped.',
  },
  { name: 'Uploads', description: 'Follow an upload, or cancel it.' },
  {
    name: 'Upload links',
    description:
      'Send the user to a page on which they send their files to Zenodo. Afterwards the page sends them back to the application.',
  },
  { name: 'Metadata', description: 'Describe the draft.' },
  { name: 'Service', description: 'Check the health of the service.' },
];

const DESCRIPTION = [
  'An application sends its users’ data to Zenodo with four calls: `/oauth/authorize`, `/oauth/callback`, `/depositions/{id}/files` and `/depositions/{id}/metadata`. This service handles OAuth, tokens, uploads and the mapping of metadata.',
  'Every error is `application/problem+json`. Decide by its `code`. `detail` says what to do, and the operator finds the request in the log by `request_id`. Unless its description says otherwise, a call can be repeated.',
  'Bodies are JSON. If all values are strings, `application/x-www-form-urlencoded` works too. An empty body counts as no body.',
  'Responses may have more properties than documented here. Ignore those that you do not know.',
].join('\n\n');

/** The OpenAPI document, generated from the route schemas and served as YAML and JSON. */
export const openapi = fp(
  async (app) => {
    await app.register(swagger, {
      hideUntagged: true,
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Zenodo service',
          version: VERSION,
          summary: 'Puts data on Zenodo for a research platform, on behalf of its users.',
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
                'The `access_token` from /oauth/callback, or a personal access token of Zenodo. It can also be sent as the field `access_token` in the body, and for GET and DELETE in the query.',
            },
            uploadLink: {
              type: 'http',
              scheme: 'bearer',
              description:
                'The secret of an upload link: the part of its `url` after `#`. Send it only in the header. The call needs no API key.',
            },
            apiKey: {
              type: 'apiKey',
              in: 'header',
              name: 'X-API-Key',
              description: 'The API key of the application, if the operator requires one.',
            },
          },
        },
      },
      refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `def-${i}`) },
      // Relative to the URL of this document, so that it works behind any prefix.
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
    const yaml = sharedText('application/yaml', () => contractText(app));
    app.get('/openapi.yaml', { schema: { hide: true } }, yaml);
    const json = sharedText('application/json; charset=utf-8', () => JSON.stringify(app.swagger()));
    app.get('/openapi.json', { schema: { hide: true } }, json);
  },
  { name: 'openapi' },
);
