import { isEan13, isIsbn, isIsni, isIssn, isIstc, isOrcid, normaliseOrcid } from './identifier-checksums.js';

/** A kind of identifier: its label in messages and how a value of it looks. */
export interface Scheme {
  label: string;
  test: (value: string) => boolean;
  normalise?: (value: string) => string;
}

const DOI = /^(?:doi:\s*|(?:https?:\/\/)?(?:dx\.)?doi\.org\/)?(10\.\d+(?:\.\d+)*\/.+)$/i;
const HANDLE = /^(?:hdl:\s*|(?:https?:\/\/)?hdl\.handle\.net\/)?([^/.]+(?:\.[^/.]+)*\/.*)$/i;
const ARK = /^(?:https?:\/\/[^/]+\/)?ark:\/[0-9bcdfghjkmnpqrstvwxz]+\/.+$/;
const ADS = /^(?:ads:)?(\d{4}[A-Za-z]\S{13}[A-Za-z.:])$/i;
const ARXIV_NEW = /^(?:arxiv:)?(?:[a-z-]+(?:\.[a-z]{2})?\/)?(\d{4}\.\d{4,5}(?:v\d+)?)$/i;
const ARXIV_OLD = /^(?:arxiv:)?([a-z-]+)(?:\.[a-z]{2})?(\/\d{4}\d+(?:v\d+)?)$/i;
const GND =
  /^(?:gnd:|https?:\/\/d-nb\.info\/gnd\/|d-nb\.info\/gnd\/)?(1[012]?\d{7}[0-9X]|[47]\d{6}-\d|[1-9]\d{0,7}-[0-9X]|3\d{7}[0-9X])/i;
const PMID = /^(?:pmid:|https?:\/\/pubmed\.ncbi\.nlm\.nih\.gov\/)?(\d+)\/?$/i;
const PURL = /^https?:\/\/purl\.(?:org|oclc\.org|net|com|fdlp\.gov)\/./;
const ROR = /^(?:https?:\/\/)?(?:ror\.org\/)?(0\w{6}\d{2})$/i;
const URL_LIKE = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+/i;
const matching = (pattern: RegExp) => (value: string) => pattern.test(value);
const captured = (pattern: RegExp) => (value: string) => pattern.exec(value)?.[1] ?? value;
const anything = () => true;

/** Identifiers of people and organisations (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/config.py`). */
export const PERSON_SCHEMES: Record<string, Scheme> = {
  orcid: { label: 'ORCID', test: isOrcid, normalise: normaliseOrcid },
  isni: { label: 'ISNI', test: isIsni },
  gnd: { label: 'GND', test: matching(GND), normalise: (value) => `gnd:${captured(GND)(value)}` },
  ror: { label: 'ROR', test: matching(ROR), normalise: captured(ROR) },
};

/** Identifiers of records and of what they relate to, in the order of detection (`inveniosoftware/idutils:idutils/schemes.py`); from `other` on they are taken when named, never detected. */
export const RECORD_SCHEMES: Record<string, Scheme> = {
  doi: { label: 'DOI', test: matching(DOI), normalise: captured(DOI) },
  ark: { label: 'ARK', test: matching(ARK) },
  handle: { label: 'Handle', test: matching(HANDLE), normalise: captured(HANDLE) },
  purl: { label: 'PURL', test: matching(PURL) },
  lsid: { label: 'LSID', test: matching(/^urn:lsid:[^:]+(?::[^:]+){2,3}$/i) },
  urn: { label: 'URN', test: matching(/^urn:[^/]/i), normalise: (value) => value.replace(/^urn:/i, 'urn:') },
  ads: { label: 'Bibcode', test: matching(ADS), normalise: captured(ADS) },
  arxiv: {
    label: 'arXiv',
    test: (value) => ARXIV_NEW.test(value) || ARXIV_OLD.test(value),
    normalise: arxiv,
  },
  isbn: { label: 'ISBN', test: isIsbn },
  issn: { label: 'ISSN', test: isIssn, normalise: issn },
  isni: { label: 'ISNI', test: isIsni },
  ean13: { label: 'EAN13', test: isEan13 },
  istc: { label: 'ISTC', test: isIstc },
  pmid: { label: 'PMID', test: matching(PMID), normalise: captured(PMID) },
  url: { label: 'URL', test: matching(URL_LIKE) },
  other: { label: 'Other', test: anything },
  crossreffunderid: { label: 'Crossref Funder ID', test: anything },
  cstr: { label: 'CSTR', test: anything },
  eissn: { label: 'EISSN', test: isIssn },
  grid: { label: 'GRID', test: anything },
  igsn: { label: 'IGSN', test: anything },
  lissn: { label: 'LISSN', test: isIssn },
  rrid: { label: 'RRID', test: anything },
  upc: { label: 'UPC', test: anything },
  w3id: { label: 'W3ID', test: anything },
  wikidata: { label: 'Wikidata', test: matching(/^Q\d+$/) },
};

const DETECTED = Object.keys(RECORD_SCHEMES).slice(0, Object.keys(RECORD_SCHEMES).indexOf('other'));

/** What a scheme rules out when a value fits both, as `inveniosoftware/idutils:idutils/detectors.py` decides. */
const RULED_OUT: [string, string[]][] = [
  ['url', ['isbn', 'istc', 'urn', 'lsid', 'issn']],
  ['ean13', ['pmid']],
  ['isbn', ['pmid']],
  ['isni', ['pmid']],
];

/** The scheme that Zenodo sees in an identifier, or undefined when it recognises none. */
export function detectScheme(value: string): string | undefined {
  let schemes = DETECTED.filter((name) => RECORD_SCHEMES[name]?.test(value));
  if (isOrcid(value)) schemes = schemes.filter((name) => name !== 'pmid');
  for (const [present, out] of RULED_OUT) {
    if (schemes.includes(present)) schemes = schemes.filter((name) => !out.includes(name));
  }
  const dropHandle = schemes.includes('url')
    ? !/^https?:\/\/hdl\.handle\.net\//.test(value)
    : schemes.includes('ark') || schemes.includes('arxiv');
  if (dropHandle) schemes = schemes.filter((name) => name !== 'handle');
  return schemes[0];
}

function arxiv(value: string): string {
  const recent = ARXIV_NEW.exec(value);
  if (recent) return `arXiv:${recent[1]}`;
  const old = ARXIV_OLD.exec(value);
  return old ? `arXiv:${old[1]}${old[2]}` : value;
}

function issn(value: string): string {
  const digits = value.replace(/[\s-]/g, '').toUpperCase();
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}
