import { Marked } from 'marked';
import sanitizeHtml from 'sanitize-html';

/** The tags that Zenodo keeps (`inveniosoftware/marshmallow-utils:marshmallow_utils/html.py`). */
const TAGS =
  'a abbr acronym b blockquote br code col colgroup div em h1 h2 h3 h4 h5 i li ol p pre s span strike strong sub sup table tbody td tfoot th thead tr u ul'.split(
    ' ',
  );

const KNOWN = new RegExp(
  `<\\/?(?:${TAGS.join('|')}|script|style|img|h6|hr|font|center|section)\\b[^>]*>`,
  'i',
);

const markdown = new Marked({ gfm: true, breaks: true });

/** Text, Markdown or HTML → the HTML that Zenodo keeps. Scripts go with their contents; of other foreign tags only the tags. */
export function toHtml(text: string): string {
  return sanitise(KNOWN.test(text) ? text : (markdown.parse(escapeTags(text), { async: false }) as string));
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

/** Angle brackets in plain text are text (`List<T>`), except around links. */
function escapeTags(text: string): string {
  return text.replace(/<(?!(?:https?:\/\/|mailto:)[^>\s]+>)/g, '&lt;');
}
