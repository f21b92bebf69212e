import swaggerUi from '@fastify/swagger-ui';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Static } from 'typebox';
import type { Config } from '../config.js';
import { sharedText } from '../shared-text.js';
import { publicUrl } from '../urls.js';
import {
  ExampleCallSchema,
  exemplify,
  PARAMETER_EXAMPLES,
  preparedCall,
  type ReferenceOperation,
} from './reference-examples.js';
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

const IN_DEVELOPMENT =
  '**In development**, every call works as it is. When you press *Execute*, the page makes what the example stands for: a draft, an upload and an upload link for their ids, a code and state, an access token, a file. Then it sends the call with these. What you enter yourself is sent unchanged.';

/**
 * Swagger UI looks for this component at a list of files, although it never uses it, and complains
 * if there is none.
 */
const OWN_PARTS = { components: { JsonSchema_string_binary: () => null } };

interface Parameter {
  name: string;
  example?: string;
}

interface Operation extends ReferenceOperation {
  tags?: string[];
  parameters?: Parameter[];
}

interface Contract {
  info: { description?: string };
  tags?: object[];
  servers?: object[];
  paths?: Record<string, Record<string, Operation>>;
  components?: { parameters?: Record<string, Parameter> };
}

/**
 * The interactive reference at /docs: Swagger UI. With the style below, axe has no serious finding.
 * It follows the browser's dark mode and loads nothing from other sites.
 */
export const reference = fp(
  async (app) => {
    const { publicUrl: base } = app.config;
    const mocked = isMocked(app.config);
    const whole = () => app.swagger() as unknown as Contract;
    const write = () => JSON.stringify(forReaders(structuredClone(whole()), mocked));
    const shared = sharedText(JSON_TYPE, write);
    let text: string | null = null;
    const contract = async (request: FastifyRequest, reply: FastifyReply) => {
      if (!mocked) return shared(request, reply);
      text ??= write();
      return reply.type(JSON_TYPE).send(withOwnOrigin(text, request));
    };
    if (mocked) {
      app.post<{ Body: Static<typeof ExampleCallSchema> }>(
        '/docs/prepare',
        { schema: { hide: true, body: ExampleCallSchema } },
        (request) => preparedCall(request, whole().paths ?? {}, request.body),
      );
    }
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      ...(base === undefined ? {} : { indexPrefix: new URL(base).pathname }),
      staticCSP: POLICY,
      uiConfig: {
        persistAuthorization: false,
        validatorUrl: null,
        docExpansion: 'list',
        // It would put a link inside each button, which keyboards cannot reach separately.
        deepLinking: false,
        // Its colours have too little contrast.
        syntaxHighlight: false,
        ...OWN_PARTS,
        ...(mocked ? { requestInterceptor: prepare } : {}),
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
 * `mocked`: it has examples for everything, and Swagger UI sends a call without a file.
 */
function forReaders(document: Contract, mocked: boolean): Contract {
  const { info, components } = document;
  const operations = Object.values(document.paths ?? {}).flatMap((methods) => Object.values(methods));
  for (const operation of operations) {
    if (FIRST_CALLS.includes(operation.operationId)) operation.tags = [START.name];
  }
  if (mocked) {
    info.description = `${info.description ?? ''}\n\n${IN_DEVELOPMENT}`;
    const parameters = operations.flatMap((operation) => operation.parameters ?? []);
    for (const parameter of [...parameters, ...Object.values(components?.parameters ?? {})]) {
      const example = PARAMETER_EXAMPLES[parameter.name];
      if (example !== undefined) parameter.example = example;
    }
    for (const operation of operations) exemplify(operation);
  }
  return { ...document, info, servers: [{ url: '..' }], tags: [START, ...(document.tags ?? [])] };
}

/** The contract with a callback URL in its examples that this deployment accepts. */
function withOwnOrigin(contract: string, request: FastifyRequest): string {
  const own = JSON.stringify(publicUrl(request, '/')).slice(1, -1);
  return contract.replaceAll(EXAMPLE_CALLBACK, () => own);
}

/** A request of Swagger UI. */
interface PageRequest {
  /** Whether it gets the contract. */
  loadSpec?: boolean;
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: unknown;
}

/**
 * Runs in the browser as text, so it must not use anything from outside. Has the service prepare
 * the call. If it cannot, the call is sent as it is.
 */
async function prepare<Sent extends object>(sent: Sent): Promise<Sent> {
  const request = sent as unknown as PageRequest;
  if (request.loadSpec) return sent;
  const { method, url, headers, body } = request;
  const base = document.URL.replace(/\/docs\/?([?#].*)?$/, '');
  const text = typeof body === 'string' ? body : null;
  const answer = await fetch(`${base}/docs/prepare`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ method, path: url.slice(base.length), headers, body: text }),
  });
  if (!answer.ok) return sent;
  const prepared = (await answer.json()) as Awaited<ReturnType<typeof preparedCall>>;
  request.url = base + prepared.path;
  request.headers = prepared.headers;
  const form = body instanceof FormData ? body : new FormData();
  for (const [name, value] of [...form]) if (value === '') form.delete(name);
  if (form.has('access_token')) delete request.headers['Authorization'];
  if (body instanceof Blob || form.getAll('files').some((value) => value instanceof Blob)) return sent;
  if (prepared.file === null) request.body = prepared.body ?? undefined;
  else {
    form.set('files', new Blob([prepared.file.text]), prepared.file.name);
    request.body = form;
  }
  return sent;
}

/** The part of the DOM that is used below: this file is compiled without DOM types. */
interface InputElement {
  tagName: string;
  type?: string;
  tabIndex: number;
  closest(selector: string): { getAttribute(name: string): string | null } | null;
  setAttribute(name: string, value: string): void;
}
declare const document: {
  URL: string;
  body: object;
  head: { append(element: object): void };
  createElement(name: string): object;
  querySelectorAll(selector: string): Iterable<InputElement>;
};
declare const MutationObserver: new (work: () => void) => { observe(where: object, what: object): void };

/**
 * Runs in the browser as text. Labels fields that Swagger UI leaves unlabelled, makes examples
 * scrollable by keyboard, and lets the page be as narrow as a phone.
 */
function nameFields(): void {
  const viewport = { name: 'viewport', content: 'width=device-width, initial-scale=1' };
  document.head.append(Object.assign(document.createElement('meta'), viewport));
  const nameOf = (field: InputElement): string => {
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
