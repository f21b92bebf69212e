/** The tags that Zenodo keeps (`inveniosoftware/invenio-config:invenio_config/default.py`). */
export const KEPT_TAGS =
  'a abbr acronym b blockquote br code div em h1 h2 h3 h4 h5 i li ol p pre span strike strong sub sup table tbody td th tr u ul'.split(
    ' ',
  );

/** HTML tags that Zenodo removes. Anything else in angle brackets is text (`List<T>`). */
const TAKEN =
  'h6 s del ins hr img figure figcaption dl dt dd thead tfoot caption colgroup col section article header footer main aside nav center font small big mark q cite dfn kbd samp var tt html body head title meta link script style iframe object embed svg math canvas form input button audio video source picture base details summary address'.split(
    ' ',
  );
/** The name of a tag after its bracket. */
export const TAG = new RegExp(`^/?(?:${[...KEPT_TAGS, ...TAKEN].join('|')})(?=[\\s/>])`, 'i');

/** What may stand behind a tag's name. Anything else is text: `a <b and c> d`. */
const ATTRIBUTES =
  /^(?:\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=][^\s"'<>]*)|\s+(?:open|autoplay|loop|muted|allowfullscreen|async|defer|required|readonly|selected|multiple|checked|disabled|controls|reversed|nowrap|noshade|hidden|compact|itemscope|data-[\w-]+))*\s*\/?$/i;

/** HTML in which each `<` begins a tag or a comment. Every other one is text and escaped. */
export function withTagsOnly(html: string): string {
  return html.replace(/<(?!!--)([^<>]*)(>?)/g, (_, inside: string, end: string) => {
    const name = /^\/?[a-z][a-z0-9]*/i.exec(inside)?.[0] ?? '';
    const isTag = end !== '' && TAG.test(`${name}>`) && ATTRIBUTES.test(inside.slice(name.length));
    return `${isTag ? '<' : '&lt;'}${inside}${end}`;
  });
}

/** Escapes text for HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The tags in some HTML that Zenodo removes, such as `<s>`. */
export function lostTags(html: string): string[] {
  const found = [...html.matchAll(/<\/?([a-z][a-z0-9-]*)(?=[\s/>])/gi)].map(([, name = '']) =>
    name.toLowerCase(),
  );
  return [...new Set(found)].filter((name) => !KEPT_TAGS.includes(name)).map((name) => `<${name}>`);
}
