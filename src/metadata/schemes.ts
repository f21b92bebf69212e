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

export const GND =
  /^(?:gnd:|(?:https?:\/\/)?d-nb\.info\/gnd\/)?(1[012]?\d{7}[0-9X]|[47]\d{6}-\d|[1-9]\d{0,7}-[0-9X]|3\d{7}[0-9X])\/?$/i;
/** Authorities that assign RRIDs. */
const RRID_CODES =
  'AB|CVCL|SCR|IMSR|Addgene|DGRC|Flybase|NCBITaxon|MGI|BDSC|WB-STRAIN|ZFIN|ZIRC|DGGR|IMSR_GPT|IMSR_CYAGEN|IMSR_EUMMCR|IMSR_JAX|IMSR_RIKEN_BRC|IMSR_MMRRC|IMSR_TIGM|IMSR_CRL|IMSR_KU|ISMR_NM|ISMR_EM';

/** In the order of detection: the first match wins. */
export const SCHEMES: readonly Scheme[] = [
  {
    name: 'doi',
    read: captured(/^(?:doi:\s*|(?:https?:\/\/)?(?:dx\.)?doi\.org\/)?(10\.\d+(?:\.\d+)*\/.+)$/i),
  },
  { name: 'ark', read: matching(/^(?:http:\/\/[^/]+\/)?ark:\/?[0-9bcdfghjkmnpqrstvwxz]+\/.+$/) },
  {
    name: 'handle',
    read: captured(/^(?:hdl:\s*(?!\s)|(?:https?:\/\/)?hdl\.handle\.net\/)?([^/.]+(?:\.[^/.]+)*\/.*)$/i),
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
export const RULED_OUT: Readonly<Record<string, readonly string[]>> = {
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
