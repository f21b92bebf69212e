import correct from 'spdx-correct';
import parse from 'spdx-expression-parse';
import { webAddress } from './identifiers.js';
import { fromName, isGnu, isPlausible } from './license-names.js';
import { fromUrl } from './license-urls.js';
import { spdxId } from './spdx-ids.js';

/** A licence recognised in a text: its SPDX id, and whether it was guessed. */
interface Recognised {
  id: string;
  guessed: boolean;
  /**
   * What the text says besides the id: an `exception`, which permits more, or other `terms`, which
   * may permit less.
   */
  partial?: 'exception' | 'terms';
}

/** Words that join licences. */
const JOINED = /\s+(?:and|or(?!\s+(?:any\s+)?later\b)|und|oder)\s+|\s*[/|&]\s*/i;
const JOINED_ADDRESSES = /\s+(?:and|or(?!\s+(?:any\s+)?later\b)|und|oder|[/|&])\s+/i;

/**
 * Restrictions on who may use it, or for what. Except Creative Commons, no licence with an SPDX id
 * has these in its name.
 */
const RESTRICTED =
  /non-?\s?commercial|\b(academic|research|educational|personal|internal|evaluation|private)\b|use only|commons clause/i;

/** Words that take back what a licence gives, and words that add terms to it. */
const TAKES_BACK =
  /\b(?:except\w*|ausnahme\w*|not|never|nicht|kein\w*|unless|reserved|proprietary|forbid\w*|prohibit\w*|verboten|untersagt|no (?:\w{1,20} ){1,2}use)\b/i;
const ADDED = new RegExp(`[/|&]|\\b(?:and|und|or|oder|with|plus|without)\\b|${TAKES_BACK.source}`, 'i');

/** Words beside a licence that may limit it. In the name of one, some belong to it. */
const BESIDE =
  /\b(?:only (?:by|for|if|in|on|to|with|within)|exclud\w*|restricted (?:use|access|to)|ask|consent|on request|permission (?:from|of)|until|nur|bis)\b/i;

/**
 * The same in a name. In prose they are words of the licence itself: “the modified material”.
 */
const BESIDE_NAME = /\b(?:(?<!(?:without|no) (?:any )?)restrict\w*|custom\w*|modified|amended|adapted)\b/i;

/** Whether a text limits a licence, or, if it is a name and no prose, adds to it. */
export function limits(text: string, isProse: boolean): boolean {
  const words = [RESTRICTED, BESIDE, ...(isProse ? [TAKES_BACK] : [BESIDE_NAME, ADDED])];
  return words.some((some) => some.test(text));
}

/** Longer text, in characters, is a licence's text and not its name. */
const LONGEST = 500;

/** The SPDX licences in an id, expression, name or URL, in order; empty if none is recognised. */
export function readSpdx(text: string): Recognised[] {
  const trimmed = webAddress(text.trim()).replace(/\bzlib\/libpng\b/i, 'Zlib');
  if (trimmed === '' || trimmed.length > LONGEST) return [];
  const id = spdxId(trimmed);
  if (id !== null) return [whole(id)];
  if (/^https?:\/\/\S+$/i.test(trimmed)) {
    const named = fromUrl(trimmed);
    return named === null ? [] : [{ id: named, guessed: false }];
  }
  // `!MIT` and `MIT?` name what does not apply, or may not.
  if (/[?!¬≠]/.test(trimmed.replace(/https?:\/\/\S+/gi, ''))) return [];
  const expression = fromExpression(trimmed);
  if (expression.length > 0) return expression;
  const several = fromParts(trimmed);
  if (several.length > 0) return several;
  const name = fromName(trimmed);
  if (name !== null) return [{ ...name, ...saysMore(trimmed) }];
  // Not licensed at all. The guess would turn it into the Unlicense, a dedication to the public
  // domain.
  if (/^un-?licen[cs]ed$/i.test(trimmed)) return [];
  // Without a version the licence is ambiguous, and BSL stands for two.
  if (isGnu(trimmed) || /^(?:the )?(?:bsd|bsl|artistic)(?:[ -](?:style )?licen[cs]e)?$/i.test(trimmed))
    return [];
  const corrected = correct(trimmed, { upgrade: true });
  if (corrected === null || !isPlausible(corrected, trimmed) || !isOnlyName(corrected, trimmed)) return [];
  return [{ id: corrected, guessed: true, ...saysMore(trimmed) }];
}

/** Words in the names of licences. */
const NAME_WORDS = new Set(
  (
    'a the or license licence licensed under version v ver public general free open source software foundation new revised simplified clause academic artistic common development and distribution ' +
    'apache mozilla eclipse boost berkeley massachusetts institute of technology university illinois european union microsoft reciprocal python postgresql zlib libpng isc expat bsd mit ' +
    'creative commons gnu artistic unlicense wtfpl do what you want to spdx org cecill etalab ouverte'
  ).split(' '),
);

/** Words of a family of licences each. A text with words of two families names two licences. */
const FAMILIES = new Set(
  'apache mozilla eclipse boost berkeley massachusetts illinois microsoft python postgresql zlib libpng isc expat bsd mit gnu unlicense wtfpl cecill etalab'.split(
    ' ',
  ),
);

/** Further words for a family. */
const OF_FAMILY = new Map([
  ['massachusetts', 'mit'],
  ['expat', 'mit'],
  ['berkeley', 'bsd'],
]);

/**
 * Whether a text is only the name of a licence. Anything else may take back what the licence
 * permits.
 */
function isOnlyName(id: string, text: string): boolean {
  const parts = new Set(id.toLowerCase().match(/[a-z]+/g) ?? []);
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const families = new Set(
    words.filter((word) => FAMILIES.has(word)).map((word) => OF_FAMILY.get(word) ?? word),
  );
  if (families.size > 1) return false;
  return words.every(
    (word) => NAME_WORDS.has(word) || parts.has(word) || [...parts].some((part) => word === `${part}s`),
  );
}

/** Former ids included an exception: `GPL-2.0-with-classpath-exception`. */
function whole(id: string): Recognised {
  const base = /^(.+)-with-/.exec(id)?.[1];
  return base === undefined
    ? { id, guessed: false }
    : { id: spdxId(`${base}-only`) ?? base, guessed: false, partial: 'exception' };
}

/** `or later`, “New” or “Revised”, and the URL belong to the licence. */
function saysMore(text: string): Pick<Recognised, 'partial'> {
  const own = /\bor\s+(?:any\s+)?(?:later|newer)\b|["“”]\s*or\s*["“”]|https?:\/\/[^\s)]+/gi;
  const isRestricted = RESTRICTED.test(text) && !/\bcc\b|creative commons/i.test(text);
  if (!isRestricted && !ADDED.test(text.replace(own, ' '))) return {};
  return { partial: isGnu(text) && /\bwith\b[^,;]*\bexception$/i.test(text.trim()) ? 'exception' : 'terms' };
}

function fromExpression(text: string): Recognised[] {
  if (!/\s(AND|OR|WITH)\s|^\S+\+$/i.test(text)) return [];
  const spelled = text
    .replace(/\b(and|or|with)\b/gi, (word) => word.toUpperCase())
    .replace(/[^\s()+]+/g, (word) => spdxId(word) ?? word);
  try {
    return leaves(parse(spelled));
  } catch {
    return [];
  }
}

type Node = ReturnType<typeof parse>;

function leaves(node: Node): Recognised[] {
  if ('conjunction' in node) return [...leaves(node.left), ...leaves(node.right)];
  const later = node.plus ? spdxId(`${node.license.replace(/-only$/, '')}-or-later`) : node.license;
  const partial = later === null || node.exception !== undefined;
  return [{ id: later ?? node.license, guessed: false, ...(partial ? { partial: 'exception' } : {}) }];
}

/** Several licences joined by words or signs, as in `MIT/Apache-2.0`, if each is recognised. */
function fromParts(text: string): Recognised[] {
  const parts = text
    .split(text.includes('://') ? JOINED_ADDRESSES : JOINED)
    .filter((part) => part.trim() !== '');
  if (parts.length < 2) return [];
  const found = parts.map(readSpdx);
  return found.every((licenses) => licenses.length > 0) ? found.flat() : [];
}
