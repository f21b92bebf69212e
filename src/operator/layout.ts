import { VERSION } from '../version.js';
import { type Html, type HtmlPart, html } from './html.js';
import { STYLE_NAME } from './style.js';
import { ago, moment } from './words.js';

/** The menu: path below the root, and name. */
const MENU = [
  ['', 'Now'],
  ['uploads', 'Uploads'],
  ['connections', 'Connections'],
  ['drafts', 'Drafts'],
  ['webhooks', 'Webhooks'],
  ['doctor', 'Doctor'],
] as const;

/** What every page needs to know about the request. */
export interface Frame {
  /** Relative path to the root of the pages (`./`, `../`), which works behind any prefix. */
  root: string;
  /** The token of this session's forms; null before login. */
  formToken: string | null;
}

/** A complete document. `section` is its path in the menu. */
export function page(frame: Frame, title: string, section: string | null, body: Html): string {
  const { root, formToken } = frame;
  const link = ([path, name]: (typeof MENU)[number]) =>
    html`<a href="${root}${path}"${path === section ? html` aria-current="page"` : null}>${name}</a>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} | Zenodo service, operator</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}${STYLE_NAME}">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header><div>
<a class="name" href="${root}">Zenodo service <small>operator</small></a>
${
  formToken === null
    ? null
    : html`<nav aria-label="Pages">${MENU.map(link)}</nav>
<form method="post" action="${root}logout">${hidden(formToken)}<button class="link">Log out</button></form>`
}
</div></header>
<main id="main">
${body}
</main>
<footer>zenodo-service ${VERSION}. Times are UTC.</footer>
</body>
</html>
`.markup;
}

/** The hidden field that proves that a form belongs to this session. */
export function hidden(formToken: string | null): Html {
  return html`<input type="hidden" name="form" value="${formToken}">`;
}

/** The head of a column. Numbers are right-aligned. */
type Head = string | { numbers: string };

function headCell(head: Head): Html {
  return typeof head === 'string'
    ? html`<th scope="col">${head}</th>`
    : html`<th scope="col" class="num">${head.numbers}</th>`;
}

/** What a table is called, the heads of its columns, and what stands there if it is empty. */
interface TableFrame {
  caption: string;
  heads: readonly Head[];
  none: HtmlPart;
}

/** A table in a card, and what stands below it. */
export function table(
  { caption, heads, none }: TableFrame,
  rows: readonly Html[],
  more: Html | null = null,
): Html {
  if (rows.length === 0) return html`<div class="card"><p class="none">${none}</p>${more}</div>`;
  return html`<div class="card table"><table class="stack"><caption>${caption}</caption>
<thead><tr>${heads.map(headCell)}</tr></thead>
<tbody>${rows}</tbody></table>${more}</div>`;
}

/** How long ago a moment was, and when that was, in UTC. */
export function time(at: Date | null, now: number): Html | null {
  if (at === null) return null;
  return html`<time datetime="${at.toISOString()}">${ago(at, now)} <small>${moment(at)}</small></time>`;
}

/** The same within a sentence: what is not said shows under the pointer. */
export function relative(at: Date, now: number): Html {
  return html`<time datetime="${at.toISOString()}" title="${moment(at)}">${ago(at, now)}</time>`;
}

/** A time with seconds. */
export function clock(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${moment(at)}</time>`;
}
