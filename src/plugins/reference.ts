import swaggerUi from '@fastify/swagger-ui';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.js';
import { sharedText } from '../shared-text.js';
import { REFERENCE_STYLE } from './reference-style.js';

/** Only our own files. The reference uses icons in data URLs, and inline styles. */
const POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** The calls that README shows, which most applications need. */
const FIRST_CALLS = ['authorize', 'callback', 'uploadFiles', 'describeDeposition'];

const START = {
  name: 'Start here',
  description: 'The four calls that most applications make, in order.',
};

const JSON_TYPE = 'application/json; charset=utf-8';

/** A callback URL in recorded examples, which no deployment allows. */
const EXAMPLE_CALLBACK = 'https://app.example.org/zenodo/callback/';

/** The personal token of the mock's first account. */
const MOCK_TOKEN = 'mock-token';

const IN_DEVELOPMENT = `**In development**, execute the first call as it is. Open the URL in its response, and give consent: the page that follows shows the body of the second call. Its response has the \`deposition_id\` for the other calls. Calls without a token use \`${MOCK_TOKEN}\`, the personal token of the mock’s first user.`;

interface Contract {
  info: { description?: string };
  tags?: object[];
  servers?: object[];
  paths?: Record<string, Record<string, { operationId?: string; tags?: string[] }>>;
}

/**
 * The interactive reference at /docs: Swagger UI. With the style below, axe has no serious finding.
 * It follows the browser's dark mode and loads nothing from other sites.
 */
export const reference = fp(
  async (app) => {
    const { publicUrl } = app.config;
    const mocked = isMocked(app.config);
    const write = () => JSON.stringify(forReaders(structuredClone(app.swagger()) as Contract, mocked));
    const shared = sharedText(JSON_TYPE, write);
    let text: string | null = null;
    const contract = async (request: FastifyRequest, reply: FastifyReply) => {
      if (!mocked) return shared(request, reply);
      text ??= write();
      return reply.type(JSON_TYPE).send(withOwnOrigin(text, request));
    };
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      ...(publicUrl === undefined ? {} : { indexPrefix: new URL(publicUrl).pathname }),
      staticCSP: POLICY,
      uiConfig: {
        persistAuthorization: false,
        validatorUrl: null,
        docExpansion: 'list',
        // It would put a link inside each button, which keyboards cannot reach separately.
        deepLinking: false,
        // Its colours have too little contrast.
        syntaxHighlight: false,
        ...(mocked ? { requestInterceptor: withMockToken } : {}),
      },
      // Swagger UI would write the contract anew for each request.
      uiHooks: {
        onRequest: (request, reply, done) => {
          const { url } = request.routeOptions;
          if (url === '/docs/yaml') reply.redirect('../openapi.yaml');
          else if (url === '/docs/json')
            contract(request, reply).catch((error: unknown) => reply.send(error));
          else done();
        },
      },
      theme: {
        title: 'Zenodo service: reference',
        css: [{ filename: 'theme.css', content: REFERENCE_STYLE }],
        js: [{ filename: 'names.js', content: `(${nameFields})()` }],
      },
    });
  },
  { name: 'reference', dependencies: ['openapi'] },
);

/** Whether this is `npm start` with its own mock. */
function isMocked({ production, allowedCallbackUrls, zenodoClientId }: Config): boolean {
  return !production && allowedCallbackUrls === 'loopback' && zenodoClientId === 'mock-client';
}

/**
 * The contract for reading: the most important calls first. This copy is served one folder deeper.
 * `mocked`: it says how to try them.
 */
function forReaders(document: Contract, mocked: boolean): Contract {
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations)) {
      if (FIRST_CALLS.includes(operation.operationId ?? '')) operation.tags = [START.name];
    }
  }
  const { info } = document;
  if (mocked) info.description = `${info.description ?? ''}\n\n${IN_DEVELOPMENT}`;
  return { ...document, info, servers: [{ url: '..' }], tags: [START, ...(document.tags ?? [])] };
}

/** The contract with a callback URL in its examples that this deployment accepts. */
function withOwnOrigin(contract: string, request: FastifyRequest): string {
  const own = JSON.stringify(`${request.protocol}://${request.host}/`).slice(1, -1);
  return contract.replaceAll(EXAMPLE_CALLBACK, () => own);
}

/** Runs in the browser as text, so it must not use anything from outside. */
function withMockToken<Request extends object>(request: Request): Request {
  const { headers } = request as { headers?: Record<string, string> };
  if (headers !== undefined) headers['Authorization'] ??= 'Bearer mock-token';
  return request;
}

/** The part of the DOM that is used below: this file is compiled without DOM types. */
interface Field {
  tagName: string;
  type?: string;
  tabIndex: number;
  closest(selector: string): { getAttribute(name: string): string | null } | null;
  setAttribute(name: string, value: string): void;
}
declare const document: {
  body: object;
  head: { append(element: object): void };
  createElement(name: string): object;
  querySelectorAll(selector: string): Iterable<Field>;
};
declare const MutationObserver: new (work: () => void) => { observe(where: object, what: object): void };

/**
 * Runs in the browser as text. Labels fields that Swagger UI leaves unlabelled, makes examples
 * scrollable by keyboard, and lets the page be as narrow as a phone.
 */
function nameFields(): void {
  const viewport = { name: 'viewport', content: 'width=device-width, initial-scale=1' };
  document.head.append(Object.assign(document.createElement('meta'), viewport));
  const nameOf = (field: Field): string => {
    const parameter = field.closest('[data-param-name]')?.getAttribute('data-param-name');
    if (parameter) return parameter;
    if (field.tagName === 'SELECT')
      return field.closest('.examples-select')
        ? 'Example'
        : field.closest('.responses-wrapper')
          ? 'Response content type'
          : 'Request content type';
    return field.type === 'file' ? 'File' : 'Body';
  };
  const look = () => {
    const fields = '.swagger-ui :is(select, textarea, input):not([aria-label])';
    for (const field of document.querySelectorAll(fields)) field.setAttribute('aria-label', nameOf(field));
    for (const text of document.querySelectorAll('.swagger-ui pre:not([tabindex])')) text.tabIndex = 0;
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}
