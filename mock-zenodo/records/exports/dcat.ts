import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { datacite } from './datacite.js';
import { contributor, creator } from './dcat-agents.js';
import { files } from './dcat-files.js';
import { funding, sponsors } from './dcat-funding.js';
import { spatial } from './dcat-places.js';
import { alternate, isDataset, related, typesOf } from './dcat-related.js';
import { accessRights, licence } from './dcat-rights.js';
import { addressOf, described, literal, NAMESPACES, normalSpace, pointer } from './dcat-words.js';
import { textAt, textsAt } from './reading.js';
import { type Element, element } from './xml.js';

/** Media types that are written as addresses. */
const MEDIA = /^(?:text|image|audio|video|application|multipart|message)\//;
const MEDIA_TYPES = 'https://www.iana.org/assignments/media-types/';
const LANGUAGES = 'http://publications.europa.eu/resource/authority/language/';
const STATUS = 'http://publications.europa.eu/resource/authority/dataset-status/';
const THEMES = 'http://publications.europa.eu/resource/authority/theme/';

/** Elements for DataCite's dates. Others are `dct:date`. */
const DATES: Record<string, string> = {
  Issued: 'dct:issued',
  Updated: 'dct:modified',
  Created: 'dct:created',
  Accepted: 'dct:dateAccepted',
  Available: 'dct:available',
  Copyrighted: 'dct:dateCopyrighted',
  Submitted: 'dct:dateSubmitted',
  Valid: 'dct:valid',
  Withdrawn: 'dct:modified',
};

/**
 * A record in RDM form as `application/dcat+xml`: CiteDCAT-AP, which upstream derives from DataCite
 * XML
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/dcat/datacite-to-dcat-ap.xsl`
 * and `__init__.py` there). The languages of texts and the addresses of awards are lost on the way.
 */
export function dcat(record: Fields): Element {
  const json = datacite(record);
  const doi = textAt(json, 'doi');
  const address = doi === undefined ? '' : addressOf(doi, 'doi');
  const general = textAt(json, 'types', 'resourceTypeGeneral') ?? '';
  const publisher = textAt(json, 'publisher', 'name');
  const year = textAt(json, 'publicationYear');
  const language = textAt(json, 'language');
  const version = textAt(json, 'version');
  return element(
    'rdf:RDF',
    [
      described('rdf:Description', address, [
        ...typesOf(general),
        ...(address === ''
          ? []
          : [literal('dct:identifier', address, 'anyURI'), pointer('foaf:page', address)]),
        ...objectsAt(json, 'creators').map(creator),
        ...objectsAt(json, 'titles').flatMap(title),
        ...(publisher === undefined
          ? []
          : [element('dct:publisher', [element('foaf:Agent', [literal('foaf:name', publisher)])])]),
        ...(year === undefined ? [] : [literal('dct:issued', year, 'gYear')]),
        ...subjects(objectsAt(json, 'subjects')),
        ...objectsAt(json, 'fundingReferences').flatMap(funding),
        ...objectsAt(json, 'contributors').flatMap(contributor),
        ...objectsAt(json, 'dates').flatMap(date),
        ...(language === undefined ? [] : [pointer('dct:language', `${LANGUAGES}${language.toUpperCase()}`)]),
        ...objectsAt(json, 'alternateIdentifiers').flatMap(alternate),
        ...objectsAt(json, 'relatedIdentifiers').map(related),
        ...(version === undefined ? [] : [literal('owl:versionInfo', version)]),
        ...objectsAt(json, 'descriptions').flatMap(description),
        ...objectsAt(json, 'geoLocations').flatMap(spatial),
        ...objectsAt(json, 'rightsList').flatMap(accessRights),
        ...distribution(json, isDataset(general), address),
        ...files(record, address),
      ]),
      ...sponsors(objectsAt(json, 'fundingReferences')),
    ],
    NAMESPACES,
  );
}

/** Only titles without a type, and alternative ones, are kept. */
function title({ title: text, titleType }: Fields): Element[] {
  if (titleType === undefined) return [literal('dct:title', String(text))];
  return titleType === 'AlternativeTitle' ? [literal('dct:alternative', String(text))] : [];
}

/** If a label of a vocabulary is repeated, only the first one has the address. */
function subjects(list: Fields[]): Element[] {
  const given = new Set<string>();
  return list.map((one) => {
    const label = normalSpace(String(one['subject'] ?? ''));
    const scheme = normalSpace(textAt(one, 'subjectScheme') ?? '');
    if (label.startsWith('https://')) return pointer('dct:subject', '');
    if (label.startsWith('http://')) {
      return pointer(label.startsWith(THEMES) ? 'dcat:theme' : 'dct:subject', label);
    }
    if (scheme === '') return literal('dcat:keyword', label);
    const known = given.has(`${scheme} ${label}`);
    given.add(`${scheme} ${label}`);
    const inScheme = element('skos:ConceptScheme', [literal('dct:title', scheme)]);
    return described('dct:subject', known ? '' : (textAt(one, 'valueURI') ?? ''), [
      element('skos:Concept', [literal('skos:prefLabel', label), element('skos:inScheme', [inScheme])]),
    ]);
  });
}

function date({ date: text, dateType }: Fields): Element[] {
  const [day, type] = [normalSpace(String(text)), String(dateType)];
  if (type === 'Collected') return [period(day)];
  const name = Object.hasOwn(DATES, type) ? DATES[type] : undefined;
  return [
    literal(name ?? 'dct:date', day, typeOfDate(day)),
    ...(type === 'Withdrawn' ? [pointer('adms:status', `${STATUS}WITHDRAWN`)] : []),
  ];
}

function period(text: string): Element {
  const slash = text.indexOf('/');
  const [start, end] = slash < 0 ? [text, text] : [text.slice(0, slash), text.slice(slash + 1)];
  const bounds = [
    literal('dcat:startDate', start, typeOfDate(start)),
    literal('dcat:endDate', end, typeOfDate(end)),
  ];
  return element('dct:temporal', [element('dct:PeriodOfTime', bounds)]);
}

/** The type of a date depends only on its length, so a range may count as a time. */
function typeOfDate(text: string): string {
  if (text.length === 4) return 'gYear';
  return text.length > 10 ? 'dateTime' : 'date';
}

function description({ description: text, descriptionType: type }: Fields): Element[] {
  const value = normalSpace(String(text));
  if (value === '') return [];
  if (type === 'Methods') {
    const statement = element('dct:ProvenanceStatement', [literal('rdfs:label', value)]);
    return [element('dct:provenance', [statement])];
  }
  if (type === 'SeriesInformation') return [literal('bibo:locator', value)];
  return [literal(type === 'TableOfContents' ? 'dct:tableOfContents' : 'dct:description', value)];
}

/** Sizes, formats and licences. For a dataset, they belong to a distribution. */
function distribution(json: Fields, wrapped: boolean, address: string): Element[] {
  const content = [
    ...textsAt(json, 'sizes').map((size) =>
      element('dct:extent', [element('dct:SizeOrDuration', [literal('rdfs:label', size)])]),
    ),
    ...textsAt(json, 'formats').map(format),
    ...objectsAt(json, 'rightsList').flatMap(licence),
    ...(wrapped && address !== '' ? [pointer('dcat:accessURL', address)] : []),
  ];
  return wrapped ? [element('dcat:distribution', [element('dcat:Distribution', content)])] : content;
}

function format(text: string): Element {
  const value = normalSpace(text);
  if (MEDIA.test(value)) return pointer('dcat:mediaType', `${MEDIA_TYPES}${value}`);
  return element('dct:format', [element('dct:MediaTypeOrExtent', [literal('rdfs:label', value)])]);
}
