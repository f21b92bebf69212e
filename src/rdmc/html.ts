import { Marked } from 'marked';
import sanitizeHtml from 'sanitize-html';

/** The tags that Zenodo keeps (`inveniosoftware/marshmallow-utils:marshmallow_utils/html.py`). */
const TAGS =
  'a abbr acronym b blockquote br code col colgroup div em h1 h2 h3 h4 h5 i li ol p pre s span strike strong sub sup table tbody td tfoot th thead tr u ul'.split(
    ' ',
  );

/** Text that begins with a block of HTML is HTML; anything else is Markdown, in which single tags may stand. */
const HTML =
  /^\s*<(?:p|div|h[1-6]|ul|ol|table|blockquote|pre|br|span|section|article|html|body|!doctype)\b[^>]*>/i;

/** Tags that are meant as tags, kept or not; anything else in angle brackets is part of the text (`List<T>`). */
const MEANT = new RegExp(
  `^\\s*<[/!]?(?:${TAGS.join('|')}|script|style|iframe|img|hr|h6|font|center|section|article|object|svg|del|ins|--)(?![a-z0-9])`,
  'i',
);

const markdown = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => (MEANT.test(text) ? text : text.replaceAll('<', '&lt;').replaceAll('>', '&gt;')),
  },
});

/** Text, Markdown or HTML → the HTML that Zenodo keeps. Scripts go with their contents; of other foreign tags only the tags. */
export function toHtml(text: string): string {
  return sanitise(asHtml(text));
}

/** What a reader would miss of a text once it is at Zenodo: `<img>`, `<iframe>`, each once. */
export function foreignTags(text: string): string[] {
  const found = asHtml(text).matchAll(/<(img|iframe|video|audio|object|embed|svg|math|canvas|form)\b/gi);
  return [...new Set([...found].map(([, tag = '']) => `<${tag.toLowerCase()}>`))];
}

function asHtml(text: string): string {
  return HTML.test(text) ? text : (markdown.parse(text, { async: false }) as string);
}

/** HTML without anything that Zenodo would take away. */
export function sanitise(html: string): string {
  return sanitizeHtml(html, {
    allowedTags: TAGS,
    allowedAttributes: { a: ['href', 'title', 'name', 'target', 'rel'], abbr: ['title'], acronym: ['title'] },
    allowedSchemes: ['http', 'https', 'mailto'],
    transformTags: { del: 's', ins: 'u', h6: 'h5' },
  }).trim();
}

/** The words of some HTML, for comparing what was sent with what was kept. */
export function plainWords(html: string): string {
  return sanitizeHtml(html.replace(/<[^>]+>/g, ' $& '), { allowedTags: [], allowedAttributes: {} })
    .replaceAll('&nbsp;', ' ')
    .replaceAll('\u00a0', ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
