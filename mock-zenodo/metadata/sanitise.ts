import sanitizeHtml from 'sanitize-html';

const TAGS =
  'a abbr acronym b blockquote br code col colgroup div em h1 h2 h3 h4 h5 i li ol p pre s span strike strong sub sup table tbody td tfoot th thead tr u ul';

/**
 * HTML as Zenodo keeps it: tags off its list are taken away while their text stays, and only harmless links survive
 * (`inveniosoftware/marshmallow-utils:marshmallow_utils/html.py`). Entities stay as they were written.
 */
export function sanitiseHtml(text: string): string {
  const clean = sanitizeHtml(sanitiseText(text), {
    allowedTags: TAGS.split(' '),
    allowedAttributes: { a: ['href', 'title', 'name', 'target', 'rel'], abbr: ['title'], acronym: ['title'] },
    allowedSchemes: ['http', 'https', 'mailto'],
    nonTextTags: [],
    parser: { decodeEntities: false },
  });
  return clean.replaceAll(' />', '>').trim();
}

/** Text without surrounding blanks, zero-width spaces and what XML cannot carry. */
export function sanitiseText(text: string): string {
  return [...text].filter(isXmlChar).join('').replaceAll('\u200b', '').trim();
}

function isXmlChar(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    code >= 0x10000
  );
}
