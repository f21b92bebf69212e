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

/** Whatever XML cannot carry, half of a surrogate pair included, and zero-width spaces. */
const UNSHOWN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]|\u200b/gu;

/** Text without surrounding blanks, zero-width spaces and what XML cannot carry. */
export function sanitiseText(text: string): string {
  return text.replace(UNSHOWN, '').trim();
}
