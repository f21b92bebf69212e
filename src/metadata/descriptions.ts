import sanitizeHtml from 'sanitize-html';
import { escapeHtml, KEPT_TAGS, TAG, withTagsOnly } from './html-tags.js';
import { fromMarkdown, isMarkdown } from './markdown.js';
import { entryIn, isBlank } from './values.js';

/** Blocks that Zenodo removes. Their words would be joined to those around them. */
const REMOVED = 'details summary section article header footer main aside nav center address figure'.split(
  ' ',
);

const BLOCK = new RegExp(
  `<(?:p|div|h[1-6]|ul|ol|table|blockquote|pre|body|dl|${REMOVED.join('|')})[\\s>]`,
  'i',
);

/** Elements of HTML that a reader would miss if Zenodo removed them. */
const MISSED =
  /<(!--|(?:img|iframe|video|audio|object|embed|svg|math|canvas|form|input|textarea|select|script|style)(?=[\s/>]))/gi;

/** Tags with attributes, the attributes that mean something, and URLs of other schemes. */
const WITH_ATTRIBUTES = /<([a-z][a-z0-9]*)\s([^<>]*)>/gi;
const SAYS = /(?<=^|\s)(start|reversed|value|colspan|rowspan|dir|title|cite|datetime)\s*=/gi;
const ADDRESS = /(?<=^|\s)href\s*=\s*(?:["']\s*)?([a-z][a-z0-9+.-]*:)/gi;

/** JATS elements, as in journals' metadata, and their HTML equivalents. */
const JATS: Readonly<Record<string, string>> = {
  p: 'p',
  title: 'h3',
  sec: 'div',
  abstract: 'div',
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strike: 'strike',
  sub: 'sub',
  sup: 'sup',
  sc: 'span',
  monospace: 'code',
  list: 'ul',
  'list-item': 'li',
  break: 'br',
  'disp-quote': 'blockquote',
  preformat: 'pre',
};

/** The format of a description; `auto` detects it. */
export type DescriptionFormat = 'auto' | 'html' | 'markdown' | 'text';

/** A description as the HTML that Zenodo keeps, and the tags whose content would be lost. */
interface Description {
  html: string;
  missed: string[];
}

/**
 * Converts a description so that every character of it can be read at Zenodo. `auto`: HTML if it
 * has tags that open and close, JATS if these are JATS elements, Markdown if it has headings,
 * fences or tables of Markdown, else plain text.
 */
export function readDescription(text: string, format: DescriptionFormat = 'auto'): Description {
  const plain = text.replace(/\r\n?/g, '\n');
  const kind = format === 'auto' ? formatOf(plain) : format;
  const html =
    kind === 'html' ? fromHtml(plain) : kind === 'markdown' ? fromMarkdown(plain) : fromText(plain);
  return { html: sanitise(html), missed: missedIn(html) };
}

/** Elements of some HTML that Zenodo would drop, and no one could read there. */
export function missedIn(html: string): string[] {
  const tags = [...html.matchAll(MISSED)].map(([, tag = '']) => `<${tag.toLowerCase()}>`);
  const attributes = [...html.matchAll(WITH_ATTRIBUTES)].flatMap(([, tag = '', all = '']) => {
    const keepsTitle = ['a', 'abbr', 'acronym'].includes(tag.toLowerCase());
    const names = [...all.matchAll(SAYS)].map(([, name = '']) => name.toLowerCase());
    const schemes = [...all.matchAll(ADDRESS)].map(([, scheme = '']) => scheme.toLowerCase());
    return [
      ...names.filter((name) => name !== 'title' || !keepsTitle).map((name) => `attribute ${name}`),
      ...schemes
        .filter((one) => !['http:', 'https:', 'mailto:'].includes(one))
        .map((one) => `link to ${one}`),
    ];
  });
  return [...new Set([...tags, ...attributes])];
}

/** HTML without anything that Zenodo would remove. */
function sanitise(html: string): string {
  const kept = sanitizeHtml(html, {
    allowedTags: KEPT_TAGS,
    allowedAttributes: {
      '*': ['class'],
      a: ['href', 'title', 'name', 'rel'],
      abbr: ['title'],
      acronym: ['title'],
    },
    allowedSchemes: ['http', 'https', 'mailto'],
    transformTags: {
      del: 'strike',
      s: 'strike',
      ins: 'u',
      h6: 'h5',
      thead: 'tbody',
      tfoot: 'tbody',
      dt: 'p',
      dd: 'p',
      figcaption: 'p',
      ...Object.fromEntries(REMOVED.map((tag) => [tag, 'div'])),
    },
  }).trim();
  // Without a tag Zenodo decodes entities, and the result may contain a tag.
  return plainWords(kept) === '' ? '' : kept.includes('<') ? kept : `<p>${kept}</p>`;
}

/** The text of some HTML. */
export function plainWords(html: string): string {
  return sanitizeHtml(html.replaceAll('<', ' <'), { allowedTags: [], allowedAttributes: {} })
    .replace(/&nbsp;|\u00a0/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function formatOf(text: string): DescriptionFormat {
  if (/<\/?jats:/i.test(text)) return 'html';
  const open = new Set<string>();
  for (const [, slash, name = ''] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)(?=[\s/>])/gi)) {
    const tag = name.toLowerCase();
    if (!TAG.test(`${tag}>`)) continue;
    if (slash === '/' ? open.has(tag) : ['br', 'hr', 'img'].includes(tag)) return 'html';
    open.add(tag);
  }
  if (/^\s*<(?:p|div|h[1-6]|ul|ol|table)[\s>]/i.test(text)) return 'html';
  return isMarkdown(text) ? 'markdown' : 'text';
}

/**
 * HTML. Text in angle brackets that is not a tag stays text: `List<T>`, `a <b`. Lines outside of
 * paragraphs stay lines.
 */
function fromHtml(text: string): string {
  const html = withTagsOnly(
    text.replace(
      /<(\/?)jats:([a-z-]+)(?![a-z-])([^<>]*)>/gi,
      (_, slash: string, name: string, rest: string) => jats(slash, name, rest),
    ),
  );
  if (BLOCK.test(html)) return html;
  return paragraphs(html)
    .map((part) => `<p>${part.replace(/(?<!<br ?\/?>)\n/g, '<br />')}</p>`)
    .join('\n');
}

function jats(slash: string, name: string, rest: string): string {
  if (name === 'ext-link' && slash === '') {
    const href = /href=["']([^"'<>]*)["']/i.exec(rest)?.[1] ?? '';
    return `<a href="${href}">`;
  }
  const tag = name === 'ext-link' ? 'a' : entryIn(JATS, name.toLowerCase());
  return tag === undefined ? '' : `<${slash}${tag}>`;
}

/** Plain text, with its paragraphs, lines and lists. */
function fromText(text: string): string {
  return paragraphs(text)
    .map((part) => {
      const lines = part.split('\n').map((line) => line.trim());
      const isList = lines.length > 1 && lines.every((line) => /^[-*•] \S/.test(line));
      if (isList)
        return `<ul>${lines.map((line) => `<li>${linked(line.slice(2).trim())}</li>`).join('')}</ul>`;
      return `<p>${lines.map(linked).join('<br />')}</p>`;
    })
    .join('\n');
}

function paragraphs(text: string): string[] {
  return text
    .split(/\n[^\S\n]*\n/)
    .map((part) => part.trim())
    .filter((part) => !isBlank(part) || part.length > 1);
}

/** Words in square brackets before an address in round ones, as in Markdown. */
const NAMED_LINK = /^\[([^[\]]+)\]\((.+)\)$/;

/** Text with its URLs as links. */
function linked(text: string): string {
  return text
    .split(
      /((?<!!)\[[^[\]]{1,200}\]\(https?:\/\/[^\s<>"()]+(?:\([^\s<>"()]*\)[^\s<>"()]*)*\)|https?:\/\/[^\s<>"]+)/i,
    )
    .map((part, index) => {
      if (index % 2 === 0) return escapeHtml(part);
      const [, words, target] = NAMED_LINK.exec(part) ?? [];
      if (words !== undefined && target !== undefined)
        return `<a href="${escapeHtml(target)}">${escapeHtml(words)}</a>`;
      let end = part.length;
      while (/[.,;:!?)\]}'’”]/.test(part[end - 1] ?? '')) end -= 1;
      const address = part.slice(0, end);
      return `<a href="${escapeHtml(address)}">${escapeHtml(address)}</a>${escapeHtml(part.slice(address.length))}`;
    })
    .join('');
}
