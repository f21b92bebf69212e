import swaggerUi from '@fastify/swagger-ui';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.js';
import { REFERENCE_STYLE } from './reference-style.js';

/**
 * Nothing but our own files; the reference draws its icons from data URLs and sets styles as it
 * goes.
 */
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

/** The calls that README shows: all that most applications make. */
const FIRST_CALLS = ['authorize', 'callback', 'uploadFiles', 'describeDeposition'];

const START = {
  name: 'Start here',
  description: 'The four calls that most applications make, in order.',
};

/** What recorded examples name, which no deployment allows. */
const EXAMPLE_CALLBACK = 'https://app.example.org/zenodo/callback/';

/** The personal token of the mock's first account. */
const MOCK_TOKEN = 'mock-token';

const IN_DEVELOPMENT = `**In development**, you can execute every example unchanged. Calls without a token use \`${MOCK_TOKEN}\`, the personal token of the mock’s first user.`;

interface Contract {
  info: { description?: string };
  tags?: object[];
  paths?: Record<string, Record<string, { operationId?: string; tags?: string[] }>>;
}

/**
 * The reference to click through at /docs: Swagger UI, whose page has no serious finding of axe
 * with the style below, is as dark as the browser wants it, and asks nothing of other sites.
 */
export const reference = fp(
  async (app) => {
    const { publicUrl } = app.config;
    const mocked = isMocked(app.config);
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      ...(publicUrl === undefined ? {} : { indexPrefix: new URL(publicUrl).pathname }),
      staticCSP: POLICY,
      uiConfig: {
        persistAuthorization: false,
        validatorUrl: null,
        docExpansion: 'list',
        // A link inside each button would be one that no keyboard can tell from it.
        deepLinking: false,
        // Its colours are too pale to read.
        syntaxHighlight: false,
        ...(mocked ? { requestInterceptor: withMockToken } : {}),
      },
      theme: {
        title: 'Zenodo service: reference',
        css: [{ filename: 'theme.css', content: REFERENCE_STYLE }],
        js: [{ filename: 'names.js', content: `(${nameFields})()` }],
      },
      transformSpecification: (document, request) => {
        const shown = forReaders(document as unknown as Contract);
        return (mocked ? forDevelopment(shown, request) : shown) as unknown as Record<string, unknown>;
      },
    });
  },
  { name: 'reference', dependencies: ['openapi'] },
);

/** Whether this is `npm start` with the mock that it brings. */
function isMocked({ production, allowedCallbackUrls, zenodoClientId }: Config): boolean {
  return !production && allowedCallbackUrls === 'loopback' && zenodoClientId === 'mock-client';
}

/**
 * The contract as people read it: the calls that matter come first. This copy is served one folder
 * deeper.
 */
function forReaders(document: Contract): Contract {
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations)) {
      if (FIRST_CALLS.includes(operation.operationId ?? '')) operation.tags = [START.name];
    }
  }
  return { ...document, servers: [{ url: '..' }], tags: [START, ...(document.tags ?? [])] } as Contract;
}

/** Examples that this very deployment accepts. */
function forDevelopment(document: Contract, request: FastifyRequest): Contract {
  const own = `${request.protocol}://${request.host}/`;
  const text = JSON.stringify(document).replaceAll(EXAMPLE_CALLBACK, own);
  const contract = JSON.parse(text) as Contract;
  contract.info.description = `${contract.info.description ?? ''}\n\n${IN_DEVELOPMENT}`;
  return contract;
}

/** Runs in the browser, as the text that it is: it may use nothing from outside. */
function withMockToken<Request extends object>(request: Request): Request {
  const { headers } = request as { headers?: Record<string, string> };
  if (headers !== undefined) headers['Authorization'] ??= 'Bearer mock-token';
  return request;
}

/** As much of a page as is looked at below: what compiles this file knows no browser. */
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
 * Runs in the browser, as the text that it is: names fields that Swagger UI leaves without a label,
 * lets keyboards scroll examples, and lets the page be as wide as a phone.
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
