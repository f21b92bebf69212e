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
  return readText(text).html;
}

/** A text as HTML, and what is to be said of it. */
export interface ReadText {
  /** What Zenodo keeps. */
  html: string;
  /** What a reader would miss of it: `<img>`, `<iframe>`, each once. */
  foreign: string[];
  /** Whether it was taken for plain text, because no reader of Markdown could make sense of it in a short time. */
  plain: boolean;
}

/** Reads text, Markdown or HTML. */
export function readText(text: string): ReadText {
  const isHtml = HTML.test(text);
  const plain = !isHtml && !isMarkdown(text);
  const html = isHtml
    ? text
    : plain
      ? paragraphs(text)
      : (markdown.parse(short(text), { async: false }) as string);
  const found = html.matchAll(/<(img|iframe|video|audio|object|embed|svg|math|canvas|form)\b/gi);
  const foreign = [...new Set([...found].map(([, tag = '']) => `<${tag.toLowerCase()}>`))];
  return { html: sanitise(html), foreign, plain };
}

/** Signs that a reader of Markdown looks for pairs of: one block with this many takes it long, because each may belong to each. */
const SIGNS = /[*_~`[<|!]/g;
const MOST_SIGNS = 1000;

/** Lists and quotes in one another, in one line: each is a call of the reader to itself. */
const NESTED = /^(?:[ \t]*(?:>|[*+-][ \t]|\d{1,9}[.)][ \t])){20}/m;

/** Whether a text can be read as Markdown in a time that grows with its length alone. */
function isMarkdown(text: string): boolean {
  if (NESTED.test(short(text))) return false;
  return text.split(/\n[ \t]{0,100}\n/).every((block) => (block.match(SIGNS)?.length ?? 0) <= MOST_SIGNS);
}

/** Hundreds of blanks mean no more than a few, and take a reader of Markdown long. */
function short(text: string): string {
  return text.replace(/[ \t]{100,}/g, ' '.repeat(4));
}

/** Plain text as HTML. */
function paragraphs(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped
    .split(/\n[ \t]{0,100}\n/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => `<p>${part.replaceAll('\n', '<br>')}</p>`)
    .join('\n');
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
  return sanitizeHtml(html.replace(/<[^<>]+>/g, ' $& '), { allowedTags: [], allowedAttributes: {} })
    .replaceAll('&nbsp;', ' ')
    .replaceAll('\u00a0', ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
