import {
  isEan8,
  isEan13,
  isIsbn,
  isIsni,
  isIssn,
  isIstc,
  isOrcid,
  normaliseIsbn,
  normaliseOrcid,
} from './checksums.js';

/**
 * A kind of identifier in idutils: what a value looks like, and its normal form if there is one.
 */
interface Kind {
  test: (value: string) => boolean;
  normalise?: (value: string) => string;
}

const DOI = /^(?:doi:\s*|(?:https?:\/\/)?(?:dx\.)?doi\.org\/)?(10\.\d+(?:\.\d+)*\/.+)$/i;
// The text after spaces must not begin with one: there would be as many ways as spaces.
const HANDLE = /^(?:hdl:\s*(?!\s)|(?:https?:\/\/)?hdl\.handle\.net\/)?([^/.]+(?:\.[^/.]+)*\/.*)$/i;
const ARK = /^(?:http:\/\/[^/;?#]+\/)?ark:\/?[0-9bcdfghjkmnpqrstvwxz]+\/.+$/;
const PURL = /^https?:\/\/purl\.(?:org|oclc\.org|net|com|fdlp\.gov)\//i;
const LSID = /^urn:lsid:[^:]+(?::[^:]+){2,3}$/i;
const URN = /^urn:(?!\/\/)[^?#]/i;
const ADS = /^(?:ads:|ADS:)?(\d{4}[A-Za-z]\S{13}[A-Za-z.:])$/;
const ARXIV_NEW = /^(?:arxiv:)?(?:[a-z-]+(?:\.[a-z]{2})?\/)?(\d{4}\.\d{4,5}(?:v\d+)?)$/i;
const ARXIV_OLD = /^(?:arxiv:)?([a-z-]+)(\.[a-z]{2})?(\/\d{5,}(?:v\d+)?)$/i;
const GND =
  /^(?:gnd:|GND:|https?:\/\/d-nb\.info\/gnd\/|d-nb\.info\/gnd\/)?(1[012]?\d{7}[0-9X]|[47]\d{6}-\d|[1-9]\d{0,7}-[0-9X]|3\d{7}[0-9X])/;
const ROR = /^(?:https?:\/\/)?(?:ror\.org\/)?(0\w{6}\d{2})$/i;
const PMID = /^(?:pmid:|https?:\/\/pubmed.ncbi.nlm.nih.gov\/)?(\d+)\/?$/i;
const WEB = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i;
const SWH = /^swh:1:(?:snp|rel|rev|dir|cnt):[0-9a-f]{40}(?:;.+)?$/;
const VIAF_URL = /^https?:\/\/(?:www\.)?viaf\.org\/viaf\//;
const VIAF = /^(?:viaf:)?[1-9]\d(?:\d{0,7}|\d{17,20})$/i;
const WIKIDATA = /^(?:wikidata:\s*|(?:https?:\/\/)?www\.wikidata\.org\/entity\/)?(Q\d+)$/i;
const CSTR = /^(?:cstr:)?(?:[\w-]+\.){3}[\w-]+$/i;
const RRID =
  /^(?:rrid:)?(?:AB|CVCL|SCR|IMSR|Addgene|DGRC|Flybase|NCBITaxon|MGI|BDSC|WB-STRAIN|ZFIN|ZIRC|DGGR|IMSR_GPT|IMSR_CYAGEN|IMSR_EUMMCR|IMSR_JAX|IMSR_RIKEN_BRC|IMSR_MMRRC|IMSR_TIGM|IMSR_CRL|IMSR_KU|ISMR_NM|ISMR_EM)+_[\w-]+$/i;
const EDMO = /^(?:edmo:(\d+)|(?:https?:\/\/)?(?:edmo\.seadatanet\.org\/report\/)?(\d+))$/i;

const matching = (pattern: RegExp) => (value: string) => pattern.test(value);
const captured = (pattern: RegExp) => (value: string) => pattern.exec(value)?.[1] ?? value;

/**
 * The kinds that idutils distinguishes, in its order, as far as they matter to Zenodo or hide one
 * that does (`inveniosoftware/idutils:idutils/schemes.py` 1.6.0; 1.7.0 adds RAiD, which no field
 * accepts). The last one is Zenodo's own (`zenodo/zenodo-rdm:site/zenodo_rdm/custom_schemes.py`).
 */
export const KINDS = {
  doi: { test: matching(DOI), normalise: captured(DOI) },
  ark: { test: matching(ARK) },
  handle: { test: (value) => HANDLE.test(value) && !SWH.test(value), normalise: captured(HANDLE) },
  purl: { test: matching(PURL) },
  lsid: { test: matching(LSID) },
  urn: { test: matching(URN), normalise: (value) => value.replace(/^urn:/i, 'urn:') },
  ads: {
    test: (value) => ADS.test(value.normalize('NFKD')),
    normalise: (value) => captured(ADS)(value.normalize('NFKD')),
  },
  arxiv: { test: (value) => ARXIV_NEW.test(value) || ARXIV_OLD.test(value), normalise: arxiv },
  isbn: { test: isIsbn, normalise: normaliseIsbn },
  issn: { test: isIssn, normalise: issn },
  orcid: { test: isOrcid, normalise: normaliseOrcid },
  isni: { test: isIsni },
  ean13: { test: isEan13 },
  ean8: { test: isEan8 },
  istc: { test: isIstc },
  gnd: { test: matching(GND), normalise: (value) => `gnd:${captured(GND)(value)}` },
  ror: { test: matching(ROR), normalise: captured(ROR) },
  pmid: { test: matching(PMID), normalise: captured(PMID) },
  url: { test: matching(WEB) },
  viaf: { test: (value) => VIAF_URL.test(value) || VIAF.test(value) },
  wikidata: { test: matching(WIKIDATA), normalise: captured(WIKIDATA) },
  cstr: { test: matching(CSTR) },
  rrid: { test: matching(RRID) },
  edmo: {
    test: matching(EDMO),
    normalise: (value) => `edmo:${EDMO.exec(value)?.[1] ?? EDMO.exec(value)?.[2] ?? value}`,
  },
} satisfies Record<string, Kind>;

/**
 * The kinds that a kind excludes if a value could be both
 * (`inveniosoftware/idutils:idutils/schemes.py`, IDUTILS_SCHEME_FILTER).
 */
const RULED_OUT: [present: string, out: string[]][] = [
  ['url', ['isbn', 'istc', 'urn', 'lsid', 'issn', 'ean8', 'viaf', 'wikidata', 'cstr']],
  ['ean8', ['gnd', 'pmid', 'viaf']],
  ['ean13', ['gnd', 'pmid']],
  ['isbn', ['gnd', 'pmid']],
  ['orcid', ['gnd', 'pmid']],
  ['isni', ['gnd', 'pmid']],
  ['issn', ['gnd', 'viaf']],
  ['pmid', ['viaf']],
  ['wikidata', ['gnd', 'viaf']],
];

/**
 * All kinds that a value may have, the most likely first
 * (`inveniosoftware/idutils:idutils/detectors.py`).
 */
export function detectKinds(value: string): string[] {
  const found = new Set(Object.entries(KINDS).flatMap(([name, { test }]) => (test(value) ? [name] : [])));
  if (found.has('gnd') && /^gnd:/i.test(value)) found.delete('isbn');
  if (VIAF_URL.test(value)) {
    found.delete('url');
    found.delete('handle');
  }
  for (const [present, out] of RULED_OUT) {
    if (found.has(present)) for (const name of out) found.delete(name);
  }
  if (found.has('url') && !/^https?:\/\/hdl\.handle\.net\//.test(value)) found.delete('handle');
  else if (found.has('ark') || found.has('arxiv')) found.delete('handle');
  return [...found];
}

/** A value in the normal form of a kind, or the value itself if the kind has none. */
export function normalised(kind: string, value: string): string {
  const known: Record<string, Kind> = KINDS;
  return Object.hasOwn(known, kind) ? (known[kind]?.normalise?.(value) ?? value) : value;
}

function arxiv(value: string): string {
  const recent = ARXIV_NEW.exec(value);
  if (recent) return `arXiv:${recent[1]}`;
  const old = ARXIV_OLD.exec(value);
  if (old) return `arXiv:${old[1]}${old[3]}`;
  return value;
}

function issn(value: string): string {
  const digits = value.replace(/[ -]/g, '').toUpperCase();
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}
