import { html } from './html.js';
import { page } from './page.js';

const PROBLEMS: Record<number, { title: string; text: string }> = {
  403: { title: 'Permission required', text: 'You do not have sufficient permissions to view this page.' },
  404: { title: 'Page not found', text: 'The page you are looking for could not be found.' },
  410: { title: 'Gone', text: 'The record you are trying to access was removed from Zenodo.' },
};

/**
 * What people see instead of a page: for an id without a record, for a draft of another user
 * (`login` is where to change the account), for a removed record.
 */
export function problemPage(status: number, reason: string, login: string): string {
  const { title, text } = PROBLEMS[status] ?? { title: `Error ${status}`, text: reason };
  const other = status === 403 ? html`<p><a href="${login}">Use another account</a></p>` : null;
  return page(title, html`<h1>${title}</h1>\n<p>${text}</p>${other}`);
}
