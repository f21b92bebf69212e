import { type Answer, authorize, call } from './consent.js';

/** Where the application that plays the caller takes its user back. */
export const RETURN = 'http://127.0.0.1:8000/zenodo/uploaded/';

/** A user of the application with a draft of their own. */
export interface Connected {
  token: string;
  id: number;
}

/** An upload link, with the secret taken out of its URL. */
export interface Link {
  id: string;
  url: string;
  secret: string;
}

/** Goes through the flow; the user's token and draft. */
export async function connect(service: string, container: string, user?: string): Promise<Connected> {
  const { body } = await authorize(service, { container, ...(user === undefined ? {} : { user }) });
  return { token: String(body['access_token']), id: Number(body['deposition_id']) };
}

/** POST …/upload-links. */
export function askForLink(service: string, { id, token }: Connected, wishes: object = {}): Promise<Answer> {
  return call(`${service}/depositions/${id}/upload-links`, {
    json: { return_url: RETURN, ...wishes },
    token,
  });
}

/** The same where it serves. */
export async function newLink(service: string, who: Connected, wishes: object = {}): Promise<Link> {
  const { status, body } = await askForLink(service, who, wishes);
  if (status !== 201) throw new Error(`no link: ${JSON.stringify(body)}`);
  const url = String(body['url']);
  return { id: String(body['upload_link_id']), url, secret: new URL(url).hash.slice(1) };
}

/** GET /upload-link. */
export function pageLink(service: string, secret: string): Promise<Answer> {
  return call(`${service}/upload-link`, { method: 'GET', token: secret });
}
