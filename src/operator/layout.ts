import { VERSION } from '../version.js';
import { type Html, type HtmlPart, html } from './html.js';
import { STYLE_NAME } from './style.js';

/** Pages of the menu: path below the operator's root, and name. */
const MENU = [
  ['', 'Now'],
  ['uploads', 'Uploads'],
  ['connections', 'Connections'],
  ['drafts', 'Drafts'],
  ['webhooks', 'Webhooks'],
  ['doctor', 'Doctor'],
] as const;

/** What every page needs to know of the request. */
export interface Frame {
  /** Relative way to the root of the pages (`./`, `../`): holds behind any prefix. */
  root: string;
  /** What forms of this session carry; null while no operator is logged in. */
  formToken: string | null;
}

/** A whole document. `section` is the path in the menu that it belongs to. */
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

/** The head of a column; of numbers it stands above them, at the right. */
type Head = string | { numbers: string };

function headCell(head: Head): Html {
  return typeof head === 'string'
    ? html`<th scope="col">${head}</th>`
    : html`<th scope="col" class="num">${head.numbers}</th>`;
}

/** A table in a card; says `none` where there is no row. */
export function table(
  caption: string,
  heads: readonly Head[],
  rows: readonly Html[],
  none: HtmlPart,
  more: Html | null = null,
): Html {
  if (rows.length === 0) return html`<div class="card"><p class="none">${none}</p></div>`;
  return html`<div class="card table"><table class="stack"><caption>${caption}</caption>
<thead><tr>${heads.map(headCell)}</tr></thead>
<tbody>${rows}</tbody></table>${more}</div>`;
}

/** A moment, and how long ago it was. */
export function time(at: Date | null, now: number): Html | null {
  if (at === null) return null;
  return html`<time datetime="${at.toISOString()}" title="${at.toISOString()}">${ago(at, now)}</time>`;
}

/** A moment to the second. */
export function clock(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${at.toISOString().slice(0, 19).replace('T', ' ')}</time>`;
}

/** Roughly how long before or after `now` a moment is, in words. */
export function ago(at: Date, now: number): string {
  const seconds = Math.round((now - at.getTime()) / 1000);
  const span = inWords(Math.abs(seconds));
  if (Math.abs(seconds) < 5) return 'just now';
  return seconds > 0 ? `${span} ago` : `in ${span}`;
}

/** A length of time, in seconds, by its largest unit. */
export function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** Bytes for people, in powers of ten as disks and Zenodo count. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

const NUMBER = new Intl.NumberFormat('en-GB');

export function number(count: number): string {
  return NUMBER.format(count);
}

/** A count with its noun. */
export function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}
