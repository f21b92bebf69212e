import type { Fields } from '../../metadata/checks.js';
import { addressOf, described, isAddress, literal, pointer, rdfType } from './dcat-words.js';
import { textAt } from './reading.js';
import { type Element, element } from './xml.js';

/** Types of datasets in DCAT, by DataCite's general types in lower case. */
const DATASETS: Record<string, string[]> = {
  audiovisual: ['dctype:MovingImage'],
  collection: ['dctype:Collection'],
  dataset: ['dctype:Dataset'],
  image: ['dctype:Image'],
  interactiveresource: ['dctype:InteractiveResource'],
  model: ['citedcat:Model'],
  software: ['dctype:Software'],
  sound: ['dctype:Sound'],
  text: ['dctype:Text'],
  workflow: ['citedcat:Workflow'],
  datapaper: ['citedcat:DataPaper'],
  book: ['dctype:Text', 'bibo:Book'],
  bookchapter: ['dctype:Text', 'bibo:Chapter'],
  computationalnotebook: ['dctype:InteractiveResource'],
  conferencepaper: ['dctype:Text'],
  conferenceproceeding: ['dctype:Text', 'bibo:Proceedings'],
  dissertation: ['dctype:Text', 'bibo:Thesis'],
  journal: ['dctype:Text', 'bibo:Journal'],
  journalarticle: ['dctype:Text'],
  outputsmanagementplan: ['dctype:Text'],
  peerreview: ['dctype:Text'],
  preprint: ['dctype:Text'],
  report: ['dctype:Text', 'bibo:Report'],
  standard: ['dct:Standard', 'bibo:Standard'],
};

/** Types of other things in DCAT. */
const OTHERS: Record<string, string> = {
  event: 'dctype:Event',
  physicalobject: 'dctype:PhysicalObject',
  service: 'dctype:Service',
};

/** Elements for DataCite's relations in lower case. Others are `dct:relation`. */
const RELATIONS: Record<string, string> = {
  hasmetadata: 'foaf:isPrimaryTopicOf',
  iscitedby: 'dct:isReferencedBy',
  isdocumentedby: 'foaf:page',
  ismetadatafor: 'foaf:primaryTopic',
  isderivedfrom: 'dct:source',
  hasversion: 'dct:hasVersion',
  isversionof: 'dct:isVersionOf',
  isreferencedby: 'dct:isReferencedBy',
  cites: 'bibo:cites',
  issupplementto: 'citedcat:isSupplementTo',
  issupplementedby: 'citedcat:isSupplementedBy',
  iscontinuedby: 'citedcat:isContinuedBy',
  continues: 'citedcat:continues',
  isnewversionof: 'prov:wasRevisionOf',
  ispreviousversionof: 'prov:hadRevision',
  ispartof: 'dct:isPartOf',
  haspart: 'dct:hasPart',
  references: 'dct:references',
  documents: 'foaf:topic',
  iscompiledby: 'citedcat:isCompiledBy',
  compiles: 'citedcat:compiles',
  isvariantformof: 'citedcat:isVariantFormOf',
  isoriginalformof: 'citedcat:isOriginalFormOf',
  isidenticalto: 'owl:sameAs',
  isreviewedby: 'citedcat:isReviewedBy',
  reviews: 'bibo:reviewOf',
  issourceof: 'prov:hadDerivation',
  describes: 'citedcat:describes',
  isdescribedby: 'wdrs:describedby',
  requires: 'dct:requires',
  isrequiredby: 'dct:isRequiredBy',
  obsoletes: 'dct:replaces',
  isobsoletedby: 'dct:isReplacedBy',
  ispublishedin: 'dct:isPartOf',
};

/** Whether one of DataCite's general types is a dataset in DCAT. */
export function isDataset(general: string): boolean {
  return Object.hasOwn(DATASETS, general.toLowerCase());
}

/** One of DataCite's general types. */
export function typesOf(general: string): Element[] {
  const kind = general.toLowerCase();
  if (isDataset(kind)) {
    return [rdfType('dcat:Dataset'), ...(DATASETS[kind] ?? []).map((word) => rdfType(word, 'dct:type'))];
  }
  const other = Object.hasOwn(OTHERS, kind) ? OTHERS[kind] : undefined;
  if (other === undefined) return [rdfType('dcat:Resource')];
  return [rdfType('dcat:Resource'), rdfType(other), rdfType(other, 'dct:type')];
}

/** One of DataCite's alternate identifiers. Those with an address are written twice. */
export function alternate(one: Fields): Element[] {
  const type = textAt(one, 'alternateIdentifierType') ?? '';
  const address = addressOf(textAt(one, 'alternateIdentifier') ?? '', type);
  const isUri = /^(?:https?:\/\/|urn:)/i.test(address);
  const identifier = element('adms:identifier', [
    element('adms:Identifier', [
      literal('skos:notation', address, isUri ? 'anyURI' : undefined),
      ...(type === '' ? [] : [literal('adms:schemeAgency', type)]),
    ]),
  ]);
  return isUri ? [pointer('owl:sameAs', address), identifier] : [identifier];
}

/** One of DataCite's related identifiers. */
export function related(one: Fields): Element {
  const relation = (textAt(one, 'relationType') ?? '').toLowerCase();
  const general = textAt(one, 'resourceTypeGeneral');
  const address = addressOf(
    textAt(one, 'relatedIdentifier') ?? '',
    textAt(one, 'relatedIdentifierType') ?? '',
  );
  const about = [
    ...(address === '' ? [] : [literal('dct:identifier', address)]),
    ...(relation === 'hasmetadata'
      ? [rdfType('dcat:CatalogRecord')]
      : general === undefined
        ? []
        : typesOf(general)),
  ];
  const name = Object.hasOwn(RELATIONS, relation) ? RELATIONS[relation] : undefined;
  return element(name ?? 'dct:relation', [
    described('rdf:Description', isAddress(address) ? address : '', about),
  ]);
}
