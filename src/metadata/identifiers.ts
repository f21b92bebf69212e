import { isIsbn, isIsni, isIssn, normaliseOrcid } from './checksums.js';
import { GND, RULED_OUT, SCHEMES } from './schemes.js';
import { entryIn } from './values.js';

/**
 * Kinds that a record and related works may have. The last ones are never detected, but may be
 * named (`zenodo/zenodo-rdm:invenio.cfg`).
 */
const RECORD =
  'ark arxiv ads cstr doi ean13 handle isbn isni issn istc lsid pmid purl rrid urn url wikidata'.split(' ');
const OTHER = 'ascl hal pmcid swh openalex viaf'.split(' ');
const NAMED = 'crossreffunderid eissn lissn grid igsn upc w3id other'.split(' ');

/** Kinds that places and awards may have. */
export const OF_PLACES = ['wikidata', 'geonames'];
export const OF_AWARDS = ['url', 'doi'];

/** An identifier as Zenodo stores it. */
export interface Identifier {
  identifier: string;
  scheme: string;
}

/**
 * The identifier of a record, or of a related work, as Zenodo detects it. Null if it detects none
 * of the kinds that it allows there.
 */
export function identify(text: string, allowed: readonly string[] = RECORD): Identifier | null {
  const value = tidy(text);
  let kinds = SCHEMES.flatMap(({ name, read }) => {
    const identifier = read(value);
    return identifier === null ? [] : [{ scheme: name, identifier }];
  });
  for (const [name, out] of Object.entries(RULED_OUT)) {
    if (kinds.some(({ scheme }) => scheme === name)) {
      kinds = kinds.filter(({ scheme }) => !out.includes(scheme));
    }
  }
  if (kinds.some(({ scheme }) => scheme === 'url') && !/^https?:\/\/hdl\.handle\.net\//i.test(value)) {
    kinds = kinds.filter(({ scheme }) => scheme !== 'handle');
  }
  return kinds.find(({ scheme }) => allowed.includes(scheme)) ?? null;
}

/** The beginning of an address without its protocol. */
const HOST = /^(?:[a-z\d-]{1,63}\.){1,5}(?:com|org|net|edu|gov|info|io|eu|de|at|ch|fr|nl|uk)\/(?=\S+$)/i;

/**
 * A link without its protocol, which Zenodo would take for a handle, with it: `github.com/a/b`.
 * Other texts stay as they are.
 */
export function webAddress(text: string): string {
  const found = identify(text);
  const isUnmarked = found?.scheme === 'handle' && found.identifier === text;
  return isUnmarked && HOST.test(text) ? `https://${text}` : text;
}

/** The same for what it relates to, where idutils knows more kinds: those are `other` there. */
export function identifyRelated(text: string): Identifier | null {
  const value = tidy(text);
  const isKnown = SCHEMES.some(({ name, read }) => OTHER.includes(name) && read(value) !== null);
  return identify(text) ?? (isKnown ? { identifier: value, scheme: 'other' } : null);
}

/**
 * An identifier of a kind that the sender names. Null if it is not of that kind; undefined if the
 * kind is unknown here.
 */
export function identifyAs(
  scheme: string,
  text: string,
  allowed: readonly string[] = [...RECORD, ...NAMED],
): Identifier | null | undefined {
  const value = tidy(text);
  if (!allowed.includes(scheme)) return undefined;
  const kind = SCHEMES.find(({ name }) => name === scheme);
  if (kind === undefined) {
    const isIt = scheme === 'eissn' || scheme === 'lissn' ? isIssn(value) : value !== '';
    return isIt ? { scheme, identifier: value } : null;
  }
  const identifier = kind.read(value);
  return identifier === null ? null : { scheme, identifier };
}

/** The DOI in a text without its resolver; null if it is not a DOI. */
export function readDoi(text: string): string | null {
  return SCHEMES[0]?.read(tidy(text)) ?? null;
}

/** The ROR id in a text or URL; null if it is not one. */
export function readRor(text: string): string | null {
  return (
    /^(?:(?:ror:\s*)?(?:https?:\/\/)?(?:www\.)?(?:ror\.org\/)?)(0[a-z0-9]{6}\d{2})\/?$/i
      .exec(bareAddress(text))?.[1]
      ?.toLowerCase() ?? null
  );
}

/**
 * Identifiers of people and organisations
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/config.py`).
 */
export function identifyPerson(text: string, scheme?: string): Identifier | null {
  const value = bareAddress(text);
  const readers: Record<string, () => string | null> = {
    orcid: () => normaliseOrcid(value) ?? orcidAmong(visible(text)),
    ror: () => readRor(value),
    isni: () => {
      const bare = value
        .replace(/^isni[:\s]*/i, '')
        .replace(/^(?:https?:\/\/)?(?:www\.)?isni\.org\/(?:isni\/)?/i, '')
        .replace(/\/$/, '');
      return isIsni(bare) ? bare : null;
    },
    gnd: () => {
      const found = GND.exec(value.replace(/^gnd[:\s]*|^\(DE-588\)/i, '').replace(/\/about.*$/s, ''));
      return found === null ? null : `gnd:${found[1]}`;
    },
    edmo: () =>
      /^(?:edmo:|https?:\/\/edmo\.seadatanet\.org\/report\/)(\d+)$/i.exec(value)?.[1] ??
      (/^\d+$/.test(value) && scheme === 'edmo' ? value : null),
  };
  // A bare number may be anything. The name of its kind, or its URL, must be given.
  const said =
    scheme === undefined
      ? ['orcid', 'ror', 'isni', ...(/[a-z]/i.test(value.replace(/x$/i, '')) ? ['gnd', 'edmo'] : [])]
      : [scheme.toLowerCase()];
  for (const name of said) {
    const identifier = entryIn(readers, name)?.();
    if (identifier) return { scheme: name, identifier: name === 'edmo' ? `edmo:${identifier}` : identifier };
  }
  return null;
}

/** The only number in a text that says what it is: `(ORCID 0000-…)`, the page of an API. */
function orcidAmong(text: string): string | null {
  if (!/orcid/i.test(text)) return null;
  const [only, ...more] = text.match(/(?<![\dX])\d{4}-?\d{4}-?\d{4}-?\d{3}[\dX](?![\dX])/gi) ?? [];
  return only !== undefined && more.length === 0 ? normaliseOrcid(only) : null;
}

/** The same key for different spellings of an identifier, of a kind that may be known. */
export function identifierKey(text: string, scheme: unknown = ''): string {
  const found = (typeof scheme === 'string' ? identifyAs(scheme, text) : null) ?? identify(text);
  return (found?.identifier ?? text).toLowerCase().replace(/\/$/, '');
}

/**
 * Without invisible characters such as direction marks, which come along when text is copied from a
 * page.
 */
function visible(text: string): string {
  return text.replace(/\p{Cf}/gu, '').trim();
}

/** A URL without its query. Identifiers of people and institutions have none. */
function bareAddress(text: string): string {
  return visible(text).replace(/[?#].*$/s, '');
}

/**
 * Spellings that idutils does not know, in those that it does. A number that is called an ISBN or
 * ISSN and is none keeps its name, so that it is not taken for another kind of number.
 */
function tidy(text: string): string {
  const bare = spelled(text);
  const isNumber = /^is[bs]n/i.test(visible(text)) ? isIsbn(bare) || isIssn(bare) : true;
  return isNumber ? bare : visible(text);
}

function spelled(text: string): string {
  return visible(text)
    .replace(/^<(\S+)>$/, '$1')
    .replace(/^(?:info:doi\/|doi(?:\s*:)?\s*|(?:https?:\/\/)?(?:dx\.|www\.)?doi\.org\/){1,3}(?=10\.)/i, '')
    .replace(/^(10\.[\d.]+)%2f/i, '$1/')
    .replace(/^isbn(?:-1[03])?:?\s*/i, '')
    .replace(/^issn:?\s*/i, '')
    .replace(/^hdl:\/\/|^info:hdl\//i, 'hdl:')
    .replace(/^ark:/i, 'ark:')
    .replace(/^rrid:\s+/i, 'RRID:')
    .replace(/^(?=arxiv\.org\/abs\/)/i, 'https://')
    .replace(/^pmid\s+(?=\d)/i, 'pmid:');
}
