import { request } from 'undici';

/** A user at Zenodo's consent page: what the browser is sent back with. */
interface BroughtBack {
  code?: string;
  error?: string;
  state: string;
}

/** Decides at the consent page as `user` (the mock's first account if not named). */
export async function consent(
  zenodoOAuthUrl: unknown,
  { user, confirm = 'yes' }: { user?: string | undefined; confirm?: 'yes' | 'no' } = {},
): Promise<BroughtBack> {
  const page = String(zenodoOAuthUrl);
  const answer = await fetch(page, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ confirm, ...(user === undefined ? {} : { user }) }),
  });
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`the consent page answered ${answer.status}`);
  const parameters = new URL(location, page).searchParams;
  const code = parameters.get('code');
  const error = parameters.get('error');
  return {
    state: parameters.get('state') ?? '',
    ...(code === null ? {} : { code }),
    ...(error === null ? {} : { error }),
  };
}

/** An answer with its body read as JSON. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown>;
}

/** How a call is made; POST unless said otherwise. */
interface CallOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  json?: unknown;
  token?: unknown;
  headers?: Record<string, string>;
}

/**
 * Calls the service, with a JSON body if there is one; undici lets a GET have one too, as Python's
 * `requests` does.
 */
export async function call(url: string, options: CallOptions = {}): Promise<Answer> {
  const { method = 'POST', json, token, headers = {} } = options;
  const answer = await request(url, {
    method,
    headers: {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) };
}

/** Where the application that plays the caller would be. */
export const CALLBACK = 'http://127.0.0.1:8000/zenodo/callback/';

/** What the flow is for, and how its calls are made. */
interface FlowOptions {
  container?: string | number;
  user?: string;
  callback?: string;
  headers?: Record<string, string>;
  /** Further fields of the callback's body. */
  extra?: Record<string, unknown>;
}

/**
 * Begins the flow and has the user decide: the body that the application then sends to
 * `/oauth/callback`.
 */
export async function bringBack(
  service: string,
  { container = 'c1', user, callback = CALLBACK, headers = {}, extra = {} }: FlowOptions = {},
): Promise<Record<string, unknown>> {
  const started = await call(`${service}/oauth/authorize`, {
    json: { container_id: container, django_callback_url: callback },
    headers,
  });
  if (started.status !== 200) throw new Error(`authorize answered ${started.status}`);
  const back = await consent(started.body['zenodo_oauth_url'], { user });
  return { ...back, django_callback_url: callback, ...extra };
}

/** The whole documented flow; what `/oauth/callback` answered. */
export async function authorize(service: string, options: FlowOptions = {}): Promise<Answer> {
  const json = await bringBack(service, options);
  return call(`${service}/oauth/callback`, { json, headers: options.headers ?? {} });
}

/** GET `/depositions/{id}/verify`. */
export function verify(service: string, id: unknown, token: unknown, headers = {}): Promise<Answer> {
  return call(`${service}/depositions/${id}/verify`, { method: 'GET', token, headers });
}
