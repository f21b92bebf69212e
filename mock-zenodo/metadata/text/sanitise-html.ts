import { type DefaultTreeAdapterMap, defaultTreeAdapter, html, Parser, Token } from 'parse5';
import { characterOf } from './entities.js';
import { sanitiseText } from './fix-text.js';
import { stripped } from './strip.js';
import { MARKED_AMPERSAND, MARKED_LESS, markUnfinishedTag } from './unfinished-tag.js';

type Adapted = DefaultTreeAdapterMap;

/**
 * Tags and attributes of production (`inveniosoftware/invenio-config:invenio_config/default.py`),
 * not those of marshmallow-utils.
 */
const TAGS = new Set(
  `a abbr acronym b blockquote br code div table tbody td th tr em h1 h2 h3 h4 h5 i li ol p pre span strike strong sub sup
  u ul`.split(/\s+/),
);
const ATTRIBUTES: Record<string, string[]> = {
  a: ['href', 'title', 'name', 'rel'],
  abbr: ['title'],
  acronym: ['title'],
};

/**
 * If one of these tags is removed, a line break remains (`mozilla/bleach:bleach/html5lib_shim.py`).
 */
const BLOCKS = new Set(
  `address article aside blockquote details dialog dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header
  hgroup hr li main nav ol p pre section table ul`.split(/\s+/),
);

/** Deeper tags are removed, so that the cost of cleaning depends only on the length of the text. */
const MAX_DEPTH = 100;

/** Formatting that is left open is repeated in each following paragraph, but not more than this. */
const MAX_OPEN_FORMATTING = 8;

/** Nodes are searched from both ends, where the parser always works. */
const ADAPTER: typeof defaultTreeAdapter = {
  ...defaultTreeAdapter,
  insertBefore(parent, node, reference) {
    parent.childNodes.splice(parent.childNodes.lastIndexOf(reference), 0, node);
    node.parentNode = parent;
  },
  insertTextBefore(parent, text, reference) {
    const before = parent.childNodes[parent.childNodes.lastIndexOf(reference) - 1];
    if (before !== undefined && defaultTreeAdapter.isTextNode(before)) before.value += text;
    else ADAPTER.insertBefore(parent, defaultTreeAdapter.createTextNode(text), reference);
  },
  detachNode(node) {
    const siblings = node.parentNode?.childNodes ?? [];
    if (siblings[0] === node) siblings.shift();
    else if (siblings.length > 0) siblings.splice(siblings.lastIndexOf(node), 1);
    node.parentNode = null;
  },
};

/**
 * HTML as Zenodo stores it: tags not on its list are removed while their text stays, tables are
 * completed, open tags are closed, and `<` and `&` that begin nothing are escaped
 * (`inveniosoftware/marshmallow-utils:marshmallow_utils/html.py` through bleach).
 */
export function sanitiseHtml(value: string): string {
  const text = sanitiseText(value);
  return stripped(/[<>&]/.test(text) ? inside(parsed(text, AllowedTags)) : text);
}

/**
 * The text of HTML, without tags and entities
 * (`inveniosoftware/marshmallow-utils:marshmallow_utils/html.py`, strip_html).
 */
export function textOfHtml(value: string): string {
  const text = sanitiseText(value);
  if (!/[<>&]/.test(text)) return stripped(text);
  const written = parsed(text, NoTags)
    .childNodes.map((node) => (defaultTreeAdapter.isTextNode(node) ? node.value : ''))
    .join('');
  return stripped(written)
    .replaceAll(MARKED_AMPERSAND, '&')
    .replaceAll(MARKED_LESS, '<')
    .replace(/&#?[0-9A-Za-z]{1,32};/g, characterOf);
}

function parsed(text: string, kind: typeof AllowedTags): Adapted['parentNode'] {
  const context = defaultTreeAdapter.createElement('div', html.NS.HTML, []);
  const parser = kind.getFragmentParser(context, { treeAdapter: ADAPTER });
  parser.tokenizer.write(markUnfinishedTag(text).replaceAll('&', MARKED_AMPERSAND), true);
  const [root] = parser.document.childNodes;
  return root !== undefined && 'childNodes' in root ? root : context;
}

/** A parser that never sees comments, nor tags that are not on the list. */
class AllowedTags extends Parser<Adapted> {
  /** Whether anything came before: only then can a removed tag leave a line break. */
  private began = false;

  protected get allowed(): ReadonlySet<string> {
    return TAGS;
  }

  override onStartTag(token: Token.TagToken): void {
    const allowed = this.allowed.has(token.tagName);
    if (!allowed && BLOCKS.has(token.tagName) && this.began) this.lineBreak();
    this.began = true;
    const tooDeep =
      this.openElements.stackTop > MAX_DEPTH ||
      this.activeFormattingElements.entries.length > MAX_OPEN_FORMATTING;
    if (allowed && !tooDeep) super.onStartTag(token);
  }

  override onEndTag(token: Token.TagToken): void {
    this.began = true;
    if (this.allowed.has(token.tagName)) super.onEndTag(token);
  }

  override onCharacter(token: Token.CharacterToken): void {
    this.began = true;
    super.onCharacter(token);
  }

  override onComment(): void {}

  override onDoctype(): void {}

  private lineBreak(): void {
    super.onWhitespaceCharacter({
      type: Token.TokenType.WHITESPACE_CHARACTER,
      chars: '\n',
      location: null,
    });
  }
}

/** A parser that sees no tags at all. */
class NoTags extends AllowedTags {
  protected override get allowed(): ReadonlySet<string> {
    return NONE;
  }
}

const NONE: ReadonlySet<string> = new Set();

function inside(parent: Adapted['parentNode']): string {
  return parent.childNodes.map(outside).join('');
}

function outside(node: Adapted['childNode']): string {
  if (defaultTreeAdapter.isTextNode(node)) return escaped(node.value);
  if (!defaultTreeAdapter.isElementNode(node)) return '';
  const { tagName: tag, attrs } = node;
  const kept = attrs.filter(
    ({ name, value }) =>
      name === 'class' ||
      (ATTRIBUTES[tag]?.includes(name) === true && (name !== 'href' || isHarmlessAddress(value))),
  );
  const open = `<${tag}${kept.map(({ name, value }) => ` ${name}=${quoted(value)}`).join('')}>`;
  return tag === 'br' ? open : `${open}${inside(node)}</${tag}>`;
}

/** Addresses of the web and of mail, and those without a scheme. */
function isHarmlessAddress(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers skip them before a scheme
  const scheme = /^[^:/?#]*:/.exec(value.replace(/[\u0000-\u0020\u007f-\u00a0`]+/g, ''))?.[0];
  return scheme === undefined || /^(?:https?|mailto):$/i.test(scheme);
}

function quoted(value: string): string {
  const text = entitiesKept(value).replaceAll('<', '&lt;').replaceAll(MARKED_LESS, '&lt;');
  if (!text.includes('"')) return `"${text}"`;
  return text.includes("'") ? `"${text.replaceAll('"', '&quot;')}"` : `'${text}'`;
}

function escaped(value: string): string {
  return entitiesKept(value).replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(MARKED_LESS, '&lt;');
}

/** Entities of HTML stay as they were written. Any other `&` is escaped. */
function entitiesKept(value: string): string {
  return value
    .replaceAll(`${MARKED_AMPERSAND}amp;`, MARKED_AMPERSAND)
    .replaceAll(MARKED_AMPERSAND, '&')
    .replace(/&(#?[0-9A-Za-z]{1,32};)?/g, (found, name) =>
      name !== undefined && characterOf(found) !== found ? found : `&amp;${name ?? ''}`,
    );
}
