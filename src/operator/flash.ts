import { type Html, html } from './html.js';

/** Messages about a completed action. A URL can only select one of these. */
const SAID = {
  retried: 'It is queued and starts within seconds.',
  cancelled: 'It is cancelled.',
  cancelling:
    'Its cancellation was requested, but the process that works on it has not responded yet. Reload this page later.',
  sent: 'It is queued and is sent within seconds. If it waits for earlier webhooks, these are sent first.',
  forgotten:
    'All data of this user is deleted: tokens, drafts, uploads and events. Bytes on disk are removed within two minutes.',
} as const;
type Flash = keyof typeof SAID;

/** The message on the page after a form. */
export function flashNote(query: Record<string, unknown>): Html | null {
  const said = Object.entries(SAID).find(([name]) => name === query['said'])?.[1];
  return said === undefined ? null : html`<p class="note good" role="status">${said}</p>`;
}

/** The URL of a page with a message. */
export function withFlash(path: string, said: Flash): string {
  return `${path}${path.includes('?') ? '&' : '?'}said=${said}`;
}
