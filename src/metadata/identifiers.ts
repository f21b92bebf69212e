import {
  isbn13,
  isEan13,
  isGtinDigits,
  isIsbn,
  isIsni,
  isIssn,
  isIstc,
  normaliseOrcid,
} from './checksums.js';
import { entryIn } from './values.js';

/**
 * A kind of identifier, as idutils detects it
 * (`inveniosoftware/idutils:idutils/{schemes,validators,normalizers}.py`, 1.7).
 */
interface Scheme {
  name: string;
  /** Returns the normalised value, or null if the text is not of this kind. */
  read: (value: string) => string | null;
}

const matching =
  (pattern: RegExp, form: (found: RegExpExecArray) => string = ([whole]) => whole) =>
  (value: string): string | null => {
    const found = pattern.exec(value);
    return found === null ? null : form(found);
  };
const captured = (pattern: RegExp) => matching(pattern, ([whole, inner]) => inner ?? whole);
const checked = (test: (value: string) => boolean, form = (value: string) => value) => ({
  read: (value: string) => (test(value) ? form(value) : null),
});

const GND =
  /^(?:gnd:|(?:https?:\/\/)?d-nb\.info\/gnd\/)?(1[012]?\d{7}[0-9X]|[47]\d{6}-\d|[1-9]\d{0,7}-[0-9X]|3\d{7}[0-9X])\/?$/i;
/** Authorities that assign RRIDs. */
const RRID_CODES =
  'AB|CVCL|SCR|IMSR|Addgene|DGRC|Flybase|NCBITaxon|MGI|BDSC|WB-STRAIN|ZFIN|ZIRC|DGGR|IMSR_GPT|IMSR_CYAGEN|IMSR_EUMMCR|IMSR_JAX|IMSR_RIKEN_BRC|IMSR_MMRRC|IMSR_TIGM|IMSR_CRL|IMSR_KU|ISMR_NM|ISMR_EM';

/** In the order of detection: the first match wins. */
const SCHEMES: readonly Scheme[] = [
  {
    name: 'doi',
    read: captured(/^(?:doi:\s*|(?:https?:\/\/)?(?:dx\.)?doi\.org\/)?(10\.\d+(?:\.\d+)*\/.+)$/i),
  },
  { name: 'ark', read: matching(/^(?:http:\/\/[^/]+\/)?ark:\/?[0-9bcdfghjkmnpqrstvwxz]+\/.+$/) },
  {
    name: 'handle',
    read: captured(/^(?:hdl:\s*|(?:https?:\/\/)?hdl\.handle\.net\/)?([^/.]+(?:\.[^/.]+)*\/.*)$/i),
  },
  { name: 'purl', read: urlTo(/^purl\.(?:org|oclc\.org|net|com|fdlp\.gov)$/) },
  { name: 'lsid', read: matching(/^urn:lsid:[^:]+(?::[^:]+){2,3}$/i) },
  { name: 'urn', read: matching(/^urn:[^/].*$/i, ([whole]) => `urn:${whole.slice(4)}`) },
  { name: 'ads', read: captured(/^(?:ads:)?(\d{4}[A-Za-z]\S{13}[A-Za-z.:])$/i) },
  { name: 'arxiv', read: arxiv },
  { name: 'ascl', read: captured(/^(?:ascl:)(\d{4}\.\d{3})$/i) },
  { name: 'hal', read: captured(/^(?:hal:)?((?:hal|inserm|tel|halshs)[-_]\d{8}(?:v\d+)?)$/i) },
  { name: 'pmcid', read: matching(/^PMC\d+$/i) },
  { name: 'isbn', ...checked(isIsbn, isbn13) },
  {
    name: 'issn',
    ...checked(isIssn, (value) =>
      value
        .replace(/[\s-]/g, '')
        .replace(/^(.{4})/, '$1-')
        .toUpperCase(),
    ),
  },
  { name: 'orcid', read: normaliseOrcid },
  { name: 'isni', ...checked(isIsni) },
  { name: 'ean13', ...checked(isEan13) },
  { name: 'ean8', ...checked((value) => /^\d{8}$/.test(value) && isGtinDigits(value)) },
  { name: 'istc', ...checked(isIstc) },
  { name: 'gnd', read: matching(GND, ([, number = '']) => `gnd:${number}`) },
  {
    name: 'ror',
    read: matching(/^(?:https?:\/\/)?(?:ror\.org\/)?(0\w{6}\d{2})$/i, ([, id = '']) => id.toLowerCase()),
  },
  { name: 'pmid', read: captured(/^(?:pmid:\s*|https?:\/\/pubmed\.ncbi\.nlm\.nih\.gov\/)?(\d+)\/?$/i) },
  { name: 'url', read: matching(/^[a-z][a-z0-9+.-]*:\/\/[^/?#\s].*$/i) },
  { name: 'swh', read: matching(/^swh:1:(?:snp|rel|rev|dir|cnt):[0-9a-f]{40}(?:;.*)?$/) },
  { name: 'viaf', read: captured(/^(?:viaf:|https?:\/\/(?:www\.)?viaf\.org\/viaf\/)(\d+)\/?$/i) },
  {
    name: 'wikidata',
    read: captured(/^(?:wikidata:\s*|(?:https?:\/\/)?www\.wikidata\.org\/entity\/)?(Q\d+)$/i),
  },
  {
    name: 'openalex',
    read: captured(/^(?:openalex:\s*|(?:https?:\/\/)?openalex\.org\/)?([WASICPF]\d{6,10})$/i),
  },
  { name: 'cstr', read: matching(/^(?:cstr:)?(?:[\w-]+\.){3}[\w-]+$/i) },
  { name: 'rrid', read: matching(new RegExp(`^(?:rrid:)?(?:${RRID_CODES})_[\\w-]+$`, 'i')) },
];

/** Kinds that a detected kind excludes (`inveniosoftware/idutils:idutils/detectors.py`). */
const RULED_OUT: Readonly<Record<string, readonly string[]>> = {
  url: ['isbn', 'istc', 'urn', 'lsid', 'issn', 'ean8', 'viaf', 'wikidata', 'cstr'],
  ean8: ['gnd', 'pmid'],
  ean13: ['gnd', 'pmid'],
  isbn: ['gnd', 'pmid'],
  orcid: ['gnd', 'pmid'],
  isni: ['gnd', 'pmid'],
  issn: ['gnd', 'viaf'],
  pmid: ['viaf'],
  wikidata: ['gnd', 'viaf'],
  ark: ['handle'],
  arxiv: ['handle'],
};

/**
 * Kinds that a record and related works may have. The last ones are never detected, but may be
 * named (`zenodo/zenodo-rdm:invenio.cfg`).
 */
const RECORD =
  'ark arxiv ads cstr doi ean13 handle isbn isni issn istc lsid pmid purl rrid urn url wikidata'.split(' ');
const OTHER = 'ascl hal pmcid swh openalex viaf'.split(' ');
const NAMED = 'crossreffunderid eissn lissn grid igsn upc w3id other'.split(' ');

/** An identifier as Zenodo stores it. */
export interface Identifier {
  identifier: string;
  scheme: string;
}

/**
 * The identifier of a record, or of a related work, as Zenodo detects it. Null if it detects no
 * kind that it allows there.
 */
export function identify(text: string): Identifier | null {
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
  return kinds.find(({ scheme }) => RECORD.includes(scheme)) ?? null;
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
export function identifyAs(scheme: string, text: string): Identifier | null | undefined {
  const value = tidy(text);
  if (NAMED.includes(scheme)) {
    const isIt = scheme === 'eissn' || scheme === 'lissn' ? isIssn(value) : value !== '';
    return isIt ? { scheme, identifier: value } : null;
  }
  if (!RECORD.includes(scheme)) return undefined;
  const identifier = SCHEMES.find(({ name }) => name === scheme)?.read(value) ?? null;
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
    orcid: () => normaliseOrcid(value),
    ror: () => readRor(value),
    isni: () => {
      const bare = value
        .replace(/^isni[:\s]*/i, '')
        .replace(/^(?:https?:\/\/)?(?:www\.)?isni\.org\/(?:isni\/)?/i, '')
        .replace(/\/$/, '');
      return isIsni(bare) ? bare : null;
    },
    gnd: () => {
      const found = GND.exec(value.replace(/^gnd[:\s]*/i, ''));
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

/** The same key for different spellings of an identifier. */
export function identifierKey(text: string): string {
  return (identify(text)?.identifier ?? text).toLowerCase().replace(/\/$/, '');
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
    .replace(/^(?:info:doi\/|https?:\/\/www\.doi\.org\/)/i, 'https://doi.org/')
    .replace(/^doi\s*:?\s+(?=10\.)/i, '')
    .replace(/^isbn(?:-1[03])?:?\s*/i, '')
    .replace(/^issn:?\s*/i, '')
    .replace(/^hdl:\/\//i, 'hdl:');
}

function urlTo(host: RegExp): (value: string) => string | null {
  return (value) =>
    /^https?:\/\//i.test(value) && URL.canParse(value) && host.test(new URL(value).hostname) ? value : null;
}

function arxiv(value: string): string | null {
  const recent = /^(?:arxiv:)?(?:[a-z-]+(?:\.[a-z]{2})?\/)?(\d{4}\.\d{4,5}(?:v\d+)?)$/i.exec(value);
  if (recent) return `arXiv:${recent[1]}`;
  const old = /^(?:arxiv:)?([a-z-]+)(?:\.[a-z]{2})?\/(\d{7}(?:v\d+)?)$/i.exec(value);
  return old ? `arXiv:${old[1]}/${old[2]}` : null;
}
