import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { RESOURCE_TYPES } from '../../metadata/vocabularies/resource-type-rows.js';
import { dataciteRelation } from '../vocabulary-details.js';
import { objectAt, present, textAt, unlessEmpty } from './reading.js';

/**
 * DataCite's names of schemes (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/config.py`,
 * RDM_RECORDS_IDENTIFIERS_SCHEMES). Others keep their own.
 */
const SCHEMES: Record<string, string> = {
  ark: 'ARK',
  arxiv: 'arXiv',
  ads: 'bibcode',
  crossreffunderid: 'Crossref Funder ID',
  cstr: 'CSTR',
  doi: 'DOI',
  ean13: 'EAN13',
  eissn: 'EISSN',
  grid: 'GRID',
  handle: 'Handle',
  igsn: 'IGSN',
  isbn: 'ISBN',
  isni: 'ISNI',
  issn: 'ISSN',
  istc: 'ISTC',
  lissn: 'LISSN',
  lsid: 'LSID',
  pmid: 'PMID',
  purl: 'PURL',
  rrid: 'RRID',
  upc: 'UPC',
  url: 'URL',
  urn: 'URN',
  wikidata: 'Other',
  other: 'Other',
};

/** The schemes of related works. `lsid1` is an error of upstream, which leaves LSIDs out. */
const RELATED = new Set(
  'ark arxiv bibcode doi ean13 eissn handle igsn isbn issn istc lissn lsid1 pmid purl upc url urn w3id'.split(
    ' ',
  ),
);

/** The record's page, its identifiers except the DOI, and those that its author added. */
export function alternateIdentifiers(record: Fields, metadata: Fields): Fields[] | undefined {
  const page = textAt(record, 'links', 'self_html');
  const alternate = (identifier: unknown, type: string) => ({
    alternateIdentifier: identifier,
    alternateIdentifierType: type,
  });
  const pids = Object.keys(objectAt(record, 'pids')).filter((scheme) => scheme !== 'doi');
  return unlessEmpty([
    ...(page === undefined ? [] : [alternate(page, 'URL')]),
    ...pids.map((scheme) => alternate(textAt(record, 'pids', scheme, 'identifier'), scheme)),
    ...objectsAt(metadata, 'identifiers').map((one) => alternate(one['identifier'], schemeOf(one))),
  ]);
}

/**
 * Related works with schemes that DataCite has, then the DOI of all versions, communities and the
 * journal.
 */
export function relatedIdentifiers(record: Fields, metadata: Fields): Fields[] | undefined {
  const conceptDoi = textAt(record, 'parent', 'pids', 'doi', 'identifier');
  const issn = textAt(record, 'custom_fields', 'journal:journal', 'issn');
  return unlessEmpty([
    ...objectsAt(metadata, 'related_identifiers')
      .filter((one) => RELATED.has(schemeOf(one).toLowerCase()))
      .map(related),
    ...(conceptDoi === undefined ? [] : [relation(conceptDoi, 'IsVersionOf', 'DOI')]),
    ...communityPages(record).map((page) => relation(page, 'IsPartOf', 'URL')),
    ...(issn === undefined
      ? []
      : [{ ...relation(issn, 'IsPartOf', 'ISSN'), resourceTypeGeneral: 'Collection' }]),
  ]);
}

/** The pages of a record's communities. */
export function communityPages(record: Fields): string[] {
  const origin = (textAt(record, 'links', 'self_html') ?? '').replace(/\/(?:records|uploads)\/\d+$/, '');
  return objectsAt(objectAt(record, 'parent', 'communities'), 'entries').map(
    ({ slug }) => `${origin}/communities/${slug}/`,
  );
}

function related(one: Fields): Fields {
  const type = textAt(one, 'resource_type', 'id');
  return present({
    ...relation(one['identifier'], dataciteRelation(textAt(one, 'relation_type', 'id') ?? ''), schemeOf(one)),
    resourceTypeGeneral: type && (RESOURCE_TYPES.get(type)?.datacite.general || 'Other'),
  });
}

function relation(identifier: unknown, type: string, scheme: string): Fields {
  return { relatedIdentifier: identifier, relationType: type, relatedIdentifierType: scheme };
}

function schemeOf({ scheme }: Fields): string {
  const name = String(scheme);
  return Object.hasOwn(SCHEMES, name) ? (SCHEMES[name] ?? name) : name;
}
