import { isIssn } from './checksums.js';
import { detectKinds, KINDS } from './schemes.js';

/** A scheme that a field accepts: its label in messages, and the test for its values. */
export interface Scheme {
  label: string;
  test: (value: string) => boolean;
}

const anything = () => true;

/**
 * Schemes of people and organisations, one list for both
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/config.py`,
 * `zenodo/zenodo-rdm:invenio.cfg`).
 */
export const PERSON_SCHEMES: Record<string, Scheme> = {
  orcid: { label: 'ORCID', test: KINDS.orcid.test },
  isni: { label: 'ISNI', test: KINDS.isni.test },
  gnd: { label: 'GND', test: KINDS.gnd.test },
  ror: { label: 'ROR', test: KINDS.ror.test },
  edmo: { label: 'EDMO', test: KINDS.edmo.test },
};

/**
 * Schemes of records, of what they relate to, of references and meetings
 * (RDM_RECORDS_IDENTIFIERS_SCHEMES there).
 */
export const RECORD_SCHEMES: Record<string, Scheme> = {
  ark: { label: 'ARK', test: KINDS.ark.test },
  arxiv: { label: 'arXiv', test: KINDS.arxiv.test },
  ads: { label: 'Bibcode', test: KINDS.ads.test },
  crossreffunderid: { label: 'Crossref Funder ID', test: anything },
  cstr: { label: 'CSTR', test: KINDS.cstr.test },
  doi: { label: 'DOI', test: KINDS.doi.test },
  ean13: { label: 'EAN13', test: KINDS.ean13.test },
  eissn: { label: 'EISSN', test: isIssn },
  grid: { label: 'GRID', test: anything },
  handle: { label: 'Handle', test: KINDS.handle.test },
  igsn: { label: 'IGSN', test: anything },
  isbn: { label: 'ISBN', test: KINDS.isbn.test },
  isni: { label: 'ISNI', test: KINDS.isni.test },
  issn: { label: 'ISSN', test: KINDS.issn.test },
  istc: { label: 'ISTC', test: KINDS.istc.test },
  lissn: { label: 'LISSN', test: isIssn },
  lsid: { label: 'LSID', test: KINDS.lsid.test },
  pmid: { label: 'PMID', test: KINDS.pmid.test },
  purl: { label: 'PURL', test: KINDS.purl.test },
  rrid: { label: 'RRID', test: KINDS.rrid.test },
  upc: { label: 'UPC', test: anything },
  url: { label: 'URL', test: KINDS.url.test },
  urn: { label: 'URN', test: KINDS.urn.test },
  wikidata: { label: 'Wikidata', test: KINDS.wikidata.test },
  w3id: { label: 'W3ID', test: anything },
  other: { label: 'Other', test: anything },
};

/** Schemes of places on the map. */
export const LOCATION_SCHEMES: Record<string, Scheme> = {
  wikidata: { label: 'Wikidata', test: KINDS.wikidata.test },
  geonames: { label: 'GeoNames', test: anything },
};

/**
 * Schemes of awards
 * (`inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/awards/config.py`).
 */
export const AWARD_SCHEMES: Record<string, Scheme> = {
  url: { label: 'URL', test: KINDS.url.test },
  doi: { label: 'DOI', test: KINDS.doi.test },
};

/**
 * Schemes of subjects
 * (`inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/subjects/config.py`).
 */
export const SUBJECT_SCHEMES: Record<string, Scheme> = {
  gnd: { label: 'GND', test: KINDS.gnd.test },
  url: { label: 'URL', test: KINDS.url.test },
};

/** The first scheme that a field accepts among those that a value may have. */
export function detectScheme(value: string, schemes: Record<string, Scheme>): string | undefined {
  return detectKinds(value).find((kind) => Object.hasOwn(schemes, kind));
}
