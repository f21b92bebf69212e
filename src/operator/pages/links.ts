import { type Html, html } from '../html.js';
import { stateName } from '../states.js';

/** A longer one is cut in tables, and shows as a whole under the pointer. */
const LONG = 24;

/** A link to a search. `root` is the path to the root of the pages. */
function searchLink(root: string, name: string, value: string): Html {
  const title = value.length > LONG ? html` title="${value}"` : null;
  return html`<a href="${root}uploads?${new URLSearchParams({ [name]: value }).toString()}"${title}>${value}</a>`;
}

/** A container's id, as a link to its uploads. */
export function containerLink(root: string, id: string | null): Html | null {
  return id === null ? null : searchLink(root, 'container', id);
}

/** A deposition's id, as a link to its uploads. */
export function depositionLink(root: string, id: number | null): Html | null {
  return id === null ? null : searchLink(root, 'deposition', String(id));
}

/** A Zenodo user's id, as a link to their uploads. Without one, the caller has a personal token. */
export function userLink(root: string, id: string | null): Html {
  return id === null ? html`<span class="soft">personal token</span>` : searchLink(root, 'user', id);
}

/** The beginning of an upload's id, as a link to its page. */
export function uploadLink(root: string, id: string): Html {
  return html`<a href="${root}uploads/${id}"><code>${id.slice(0, 8)}</code></a>`;
}

/** The parameters of a form or URL. If a name is repeated, the first value counts. */
export type Query = Record<string, string | undefined>;

/** The first value of each parameter, as text. */
export function firsts(query: Record<string, unknown>): Query {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, String(Array.isArray(value) ? value[0] : value)]),
  );
}

/** A list and the status of its page, or the first reason why its search cannot be read. */
export async function searched(
  faults: readonly (string | null)[],
  find: () => Promise<Html>,
): Promise<{ status: 200 | 400; list: Html }> {
  const fault = faults.find((one) => one !== null);
  if (fault === undefined) return { status: 200, list: await find() };
  return { status: 400, list: html`<p class="note bad" role="alert">${fault}</p>` };
}

/** The links below a list to what comes after it, and back to its beginning. */
export function pageLinks(query: Query, next: string | null): Html | null {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value && name !== 'said' && name !== 'after') parameters.set(name, value);
  const newest = query['after'] ? html`<a href="?${parameters.toString()}">Newest</a>` : null;
  if (next !== null) parameters.set('after', next);
  const older = next === null ? null : html`<a href="?${parameters.toString()}" rel="next">Older</a>`;
  return newest === null && older === null ? null : html`<div class="more">${newest}${older}</div>`;
}

/** Searches, or leads back to what `path` shows if nothing is searched for. */
export function searchButtons(query: Query, path: string): Html {
  const isSearch = Object.entries(query).some(([name, value]) => value && name !== 'said');
  const clear = isSearch ? html` <a class="button" href="${path}">Clear</a>` : null;
  return html`<button class="main">Search</button>${clear}`;
}

/** The options of a selection. */
export function options(names: readonly string[], chosen: string | undefined): Html[] {
  return names.map(
    (name) =>
      html`<option value="${name}"${name === (chosen ?? names[0]) ? html` selected` : null}>${
        name === '' ? 'any' : stateName(name)
      }</option>`,
  );
}
