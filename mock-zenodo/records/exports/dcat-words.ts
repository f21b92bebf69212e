import { detectKinds } from '../../metadata/identifiers/schemes.js';
import { landingUrl } from './landing-url.js';
import { type Element, element } from './xml.js';

/** The namespaces that the root declares, in its order. */
export const NAMESPACES = {
  'xmlns:rdf': 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  'xmlns:adms': 'http://www.w3.org/ns/adms#',
  'xmlns:bibo': 'http://purl.org/ontology/bibo/',
  'xmlns:citedcat': 'https://w3id.org/citedcat-ap/',
  'xmlns:dct': 'http://purl.org/dc/terms/',
  'xmlns:dctype': 'http://purl.org/dc/dcmitype/',
  'xmlns:dcat': 'http://www.w3.org/ns/dcat#',
  'xmlns:foaf': 'http://xmlns.com/foaf/0.1/',
  'xmlns:gsp': 'http://www.opengis.net/ont/geosparql#',
  'xmlns:locn': 'http://www.w3.org/ns/locn#',
  'xmlns:org': 'http://www.w3.org/ns/org#',
  'xmlns:owl': 'http://www.w3.org/2002/07/owl#',
  'xmlns:prov': 'http://www.w3.org/ns/prov#',
  'xmlns:rdfs': 'http://www.w3.org/2000/01/rdf-schema#',
  'xmlns:skos': 'http://www.w3.org/2004/02/skos/core#',
  'xmlns:vcard': 'http://www.w3.org/2006/vcard/ns#',
  'xmlns:wdrs': 'http://www.w3.org/2007/05/powder-s#',
} as const;

const XSD = 'http://www.w3.org/2001/XMLSchema#';
const ISNI = 'https://www.isni.org/';
const ISSN = 'http://issn.org/resource/ISSN/';

/**
 * Prefixes that make an identifier an address, by its DataCite type in lower case. GRID leads to
 * ISNI by an error of upstream.
 */
const BEFORE: Record<string, string> = {
  orcid: 'https://orcid.org/',
  isni: ISNI,
  grid: ISNI,
  'crossref funder id': 'https://doi.org/',
  ror: 'https://ror.org/',
  ark: 'http://n2t.net/',
  bibcode: 'http://adsabs.harvard.edu/abs/',
  doi: 'https://doi.org/',
  ean13: 'urn:ean-13:',
  eissn: ISSN,
  handle: 'https://hdl.handle.net/',
  isbn: 'urn:isbn:',
  igsn: 'https://hdl.handle.net/10273/',
  issn: ISSN,
  istc: 'http://istc-search-beta.peppertag.com/ptproc/IstcSearch?tFrame=IstcListing&tForceNewQuery=Yes&esfIstc=',
  lissn: 'http://issn.org/resource/ISSN-L/',
  pmid: 'http://www.ncbi.nlm.nih.gov/pubmed/',
  upc: 'urn:upc:',
};

/** An identifier as an address. One of another type stays as it is. */
export function addressOf(identifier: string, type: string): string {
  const kind = type.toLowerCase();
  if (kind === 'arxiv') return `http://arxiv.org/abs/${/(?<=:).*/s.exec(identifier)?.[0] ?? ''}`;
  return `${Object.hasOwn(BEFORE, kind) ? BEFORE[kind] : ''}${identifier}`;
}

/** Whether a text is an address that RDF can describe. */
export function isAddress(text: string): boolean {
  return /^(?:https?|urn):\/\//i.test(text);
}

/** The page of an identifier, whatever its kind. Empty if idutils does not know one. */
export function pageOf(identifier: string): string {
  for (const kind of detectKinds(identifier)) {
    const page = landingUrl(identifier, kind);
    // Upstream does not ask idutils for HTTPS.
    if (page !== '') return kind === 'gnd' ? page.replace(/^https/, 'http') : page;
  }
  return '';
}

/** A text without redundant white space, like XPath's `normalize-space`. */
export function normalSpace(text: string): string {
  return text
    .split(/[ \t\r\n]+/)
    .filter((word) => word !== '')
    .join(' ');
}

/** An element with a text. Without a text, it closes itself. */
export function literal(name: string, text: string, datatype?: string): Element {
  const attributes = datatype === undefined ? {} : { 'rdf:datatype': `${XSD}${datatype}` };
  const value = normalSpace(text);
  return element(name, value === '' ? [] : value, attributes);
}

/** An identifier with its XML Schema type. */
export function typedIdentifier(identifier: string, isUri = isAddress(identifier)): Element {
  return literal('dct:identifier', identifier, isUri ? 'anyURI' : 'string');
}

/** An element that points to an address, even to an empty one. */
export function pointer(name: string, address: string): Element {
  return { name, attributes: [['rdf:resource', address]], content: [] };
}

/** A type in RDF: a term of one of the namespaces above. */
export function rdfType(word: string, name = 'rdf:type'): Element {
  return pointer(name, wordAddress(word));
}

/** The address of a term such as `dcat:Dataset`. */
export function wordAddress(word: string): string {
  const [prefix = '', local = ''] = word.split(':');
  return `${new Map<string, string>(Object.entries(NAMESPACES)).get(`xmlns:${prefix}`)}${local}`;
}

/** A description of something that may have an address. */
export function described(name: string, address: string, content: Element[]): Element {
  return element(name, content, { 'rdf:about': address });
}
