import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { request as send } from 'undici';
import { callAsApplication, type OwnCall } from '../own-call.js';
import { publicUrl } from '../urls.js';
import recorded from './openapi-examples.json' with { type: 'json' };

const FILE = { name: 'radium.csv', text: 'half-life\n1600\n' };

/** Ids in the examples. Nothing has them: each stands for the id of something that is made. */
const ID = {
  draft: '1',
  upload: '00000000-0000-4000-8000-000000000001',
  tusFile: '00000000-0000-4000-8000-000000000002',
  link: '00000000-0000-4000-8000-000000000003',
};

/** What recorded examples have in the place of secrets. */
const SECRET = {
  state: 'EXAMPLE-STATE',
  code: 'EXAMPLE-CODE',
  token: 'zds_EXAMPLE-ACCESS-TOKEN',
  link: 'zdl_EXAMPLE-SECRET',
};

const TUS = {
  'tus-resumable': '1.0.0',
  'upload-length': String(FILE.text.length),
  'upload-metadata': `filename ${btoa(FILE.name)}`,
};

/** Examples of parameters, by name. */
export const PARAMETER_EXAMPLES: Record<string, string> = {
  id: ID.draft,
  name: FILE.name,
  uploadId: ID.upload,
  fileId: ID.tusFile,
  uploadLinkId: ID.link,
  ...TUS,
  'upload-offset': '0',
};

/** A call that the page is about to send, or is to send instead. */
export const ExampleCallSchema = Type.Object({
  method: Type.String(),
  /** Below the URL of the service, with the query. */
  path: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  /** Null also if it is not text. */
  body: Type.Union([Type.String(), Type.Null()]),
});

type ExampleCall = Static<typeof ExampleCallSchema>;

/** The parts of the contract that tell what a call needs. */
export interface ReferenceOperation {
  operationId: string;
  security?: object[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
}

interface Media {
  schema: { required?: string[]; properties?: Record<string, ExampleField> };
  example?: unknown;
  examples?: object;
}

interface ExampleField {
  type: string;
  default?: unknown;
  example?: unknown;
  contentMediaType?: string;
}

type ExamplePaths = Record<string, Record<string, ReferenceOperation>>;

type Step = 'consent' | 'connect' | 'publish' | 'edit' | 'link' | 'endLink' | 'announce' | 'patch';

/** What is done before a call. Calls that need a token also `connect`, before that. */
const BEFORE: Record<string, Step[]> = {
  callback: ['consent'],
  openVersion: ['publish'],
  editDeposition: ['publish'],
  discardEdit: ['publish', 'edit'],
  tusPatch: ['announce'],
  tusTerminate: ['announce'],
  tusComplete: ['announce', 'patch'],
  cancelUpload: ['announce'],
  listUploadLinks: ['link'],
  getUploadLink: ['link'],
  endUploadLink: ['link'],
  readUploadLink: ['link'],
  planUpload: ['link'],
  countConcurrentUploads: ['link'],
  finishUploadLink: ['link'],
  takeOverUpload: ['link', 'announce', 'endLink', 'link'],
};

/** Has Swagger UI send a body without made-up values, and without a file, which is added later. */
export function exemplify({ requestBody }: ReferenceOperation): void {
  if (requestBody === undefined) return;
  for (const [type, media] of Object.entries(requestBody.content)) {
    if (type === 'application/json') {
      if (media.examples === undefined) media.example = {};
      continue;
    }
    requestBody.required = false;
    delete media.schema.required;
    for (const field of Object.values(media.schema.properties ?? {})) {
      if (field.type !== 'string' || field.default !== undefined) continue;
      field.example = '';
      // Swagger UI would read the empty text as JSON.
      delete field.contentMediaType;
    }
  }
}

/**
 * Makes what the examples of a call stand for, as an application and the mock's first user would,
 * and returns the call with it. `file`: what the page sends as a form.
 */
export async function preparedCall(
  visit: FastifyRequest,
  paths: ExamplePaths,
  { method, path, headers, body }: ExampleCall,
): Promise<ExampleCall & { file: typeof FILE | null }> {
  const operation = operationAt(paths, method, path);
  if (operation === undefined) return { method, path, headers, body, file: null };
  const { operationId, security = [], requestBody } = operation;
  const secrets = security.flatMap((one) =>
    'accessToken' in one ? [SECRET.token] : 'uploadLink' in one ? [SECRET.link] : [],
  );
  const [secret] = secrets;
  const steps = BEFORE[operationId] ?? [];
  const made = await makeAll(visit, secret === undefined ? steps : ['connect', ...steps]);
  const current = (part: string) => made.get(part) ?? part;
  const text =
    body === null
      ? null
      : Object.values(SECRET).reduce((text, one) => text.replaceAll(one, current(one)), body);
  const isAuthorized = secret === undefined || 'Authorization' in headers || /access_token/.test(path + body);
  const [type = ''] = Object.keys(requestBody?.content ?? {});
  const sendsFile = body === null && requestBody?.required === true;
  const isForm = type === 'multipart/form-data';
  return {
    method,
    path: path.replaceAll(/[^/?]+/g, current),
    headers: {
      ...headers,
      ...(isAuthorized ? {} : { Authorization: `Bearer ${current(secret)}` }),
      ...(sendsFile ? { 'Content-Type': type } : {}),
    },
    body: sendsFile && !isForm ? FILE.text : text,
    file: sendsFile && isForm ? FILE : null,
  };
}

function operationAt(paths: ExamplePaths, method: string, path: string): ReferenceOperation | undefined {
  const pathname = path.replace(/\?.*/, '');
  const isAt = (template: string) =>
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname);
  const [, operations] = Object.entries(paths).find(([template]) => isAt(template)) ?? [];
  return operations?.[method.toLowerCase()];
}

/** Takes the steps, and returns what was made by what stands for it. */
async function makeAll(visit: FastifyRequest, steps: Step[]): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  const home = publicUrl(visit, '/');
  const draft = () => `/depositions/${made.get(ID.draft)}`;
  const call = async (path: string, options: OwnCall = {}): Promise<Record<string, unknown>> => {
    const token = made.get(SECRET.link) ?? made.get(SECRET.token);
    const { status, location, text } = await callAsApplication(visit, path, {
      ...(token === undefined ? {} : { token }),
      ...options,
    });
    if (status >= 300) throw new Error(`an example was answered with ${status}: ${text}`);
    return { location, ...(text === '' ? {} : (JSON.parse(text) as object)) };
  };
  const take: Record<Step, () => Promise<unknown>> = {
    async consent() {
      const asked = await call('/oauth/authorize', {
        body: { container_id: `reference-${randomUUID()}`, django_callback_url: home },
      });
      const { headers, body } = await send(String(asked['zenodo_oauth_url']), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'confirm=yes',
      });
      await body.dump();
      const { searchParams } = new URL(String(headers['location']));
      for (const name of ['state', 'code'] as const) made.set(SECRET[name], searchParams.get(name) ?? '');
    },
    /** A connection, and a draft with metadata and a file. */
    async connect() {
      await take.consent();
      const [state, code] = [made.get(SECRET.state), made.get(SECRET.code)];
      const session = await call('/oauth/callback', { body: { state, code, django_callback_url: home } });
      made.set(SECRET.token, String(session['access_token']));
      made.set(ID.draft, String(session['deposition_id']));
      await call(`${draft()}/metadata`, { body: recorded.describeDeposition.request.example });
      const upload = await call(`${draft()}/files/${FILE.name}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream' },
        body: FILE.text,
      });
      made.set(ID.upload, String(upload['upload_id']));
    },
    publish: () => call(`${draft()}/publish`),
    edit: () => call(`${draft()}/edit`),
    async link() {
      const link = await call(`${draft()}/upload-links`, { body: { return_url: home } });
      made.set(ID.link, String(link['upload_link_id']));
      made.set(SECRET.link, new URL(String(link['url'])).hash.slice(1));
    },
    async endLink() {
      made.delete(SECRET.link);
      await call(`${draft()}/upload-links/${made.get(ID.link)}`, { method: 'DELETE' });
    },
    /** A file by tus, no byte of which has arrived. */
    async announce() {
      const uploadId = randomUUID();
      const metadata = `${TUS['upload-metadata']},upload_id ${btoa(uploadId)}`;
      const { location } = await call(`${draft()}/tus`, { headers: { ...TUS, 'upload-metadata': metadata } });
      made.set(ID.upload, uploadId);
      made.set(ID.tusFile, String(location).split('/').at(-1) ?? '');
    },
    patch: () =>
      call(`${draft()}/tus/${made.get(ID.tusFile)}`, {
        method: 'PATCH',
        headers: {
          'tus-resumable': TUS['tus-resumable'],
          'upload-offset': '0',
          'content-type': 'application/offset+octet-stream',
        },
        body: FILE.text,
      }),
  };
  for (const step of steps) await take[step]();
  return made;
}
