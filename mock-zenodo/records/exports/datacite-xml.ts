import { internalError } from '../../errors.js';
import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { objectAt, textAt, textsAt } from './reading.js';
import { type Element, element } from './xml.js';

/** The elements of DataCite's boxes and points, in the order of the XML. */
const BOX = ['westBoundLongitude', 'eastBoundLongitude', 'southBoundLatitude', 'northBoundLatitude'];
const POINT = ['pointLongitude', 'pointLatitude'];

/**
 * DataCite JSON as `application/vnd.datacite.datacite+xml`
 * (`inveniosoftware/datacite:datacite/schema45.py`). The addresses of subjects and awards are lost,
 * because Zenodo gives them other names than the library expects.
 */
export function dataciteXml(json: Fields): Element {
  const list = (name: string, item: (value: Fields) => Element) =>
    json[name] === undefined ? [] : [element(name, objectsAt(json, name).map(item))];
  const one = (name: string, text: string | undefined, attributes = {}) =>
    text === undefined ? [] : [element(name, text, attributes)];
  const types = objectAt(json, 'types');
  return element(
    'resource',
    [
      ...list('alternateIdentifiers', (item) =>
        element('alternateIdentifier', String(item['alternateIdentifier']), {
          alternateIdentifierType: item['alternateIdentifierType'],
        }),
      ),
      ...list('creators', (item) => element('creator', person(item, 'creatorName'))),
      ...list('titles', (item) =>
        element('title', String(item['title']), { 'xml:lang': item['lang'], titleType: item['titleType'] }),
      ),
      ...one('publisher', textAt(json, 'publisher', 'name')),
      ...one('publicationYear', textAt(json, 'publicationYear')),
      ...list('subjects', (item) =>
        element('subject', String(item['subject']), { subjectScheme: item['subjectScheme'] }),
      ),
      ...list('contributors', (item) =>
        element('contributor', person(item, 'contributorName'), { contributorType: item['contributorType'] }),
      ),
      ...list('dates', ({ date, dateType, dateInformation }) =>
        element('date', String(date), { dateType, dateInformation }),
      ),
      ...one('language', textAt(json, 'language')),
      element('resourceType', textAt(types, 'resourceType') ?? '', {
        resourceTypeGeneral: types['resourceTypeGeneral'],
      }),
      ...one('identifier', textAt(json, 'doi'), { identifierType: 'DOI' }),
      ...list('relatedIdentifiers', (item) =>
        element('relatedIdentifier', String(item['relatedIdentifier']), {
          relationType: item['relationType'],
          resourceTypeGeneral: item['resourceTypeGeneral'],
          relatedIdentifierType: item['relatedIdentifierType'],
        }),
      ),
      ...plain(json, 'sizes', 'size'),
      ...plain(json, 'formats', 'format'),
      ...one('version', textAt(json, 'version')),
      ...list('rightsList', rights),
      ...list('descriptions', ({ description, descriptionType, lang }) =>
        element('description', String(description), { descriptionType, 'xml:lang': lang }),
      ),
      ...list('geoLocations', (item) => element('geoLocation', place(item))),
      ...list('fundingReferences', funding),
    ],
    {
      xmlns: 'http://datacite.org/schema/kernel-4',
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      'xsi:schemaLocation':
        'http://datacite.org/schema/kernel-4 http://schema.datacite.org/meta/kernel-4.5/metadata.xsd',
    },
  );
}

function person(item: Fields, nameTag: string): Element[] {
  const [given, family] = [textAt(item, 'givenName'), textAt(item, 'familyName')];
  return [
    element(nameTag, String(item['name']), { nameType: item['nameType'] }),
    ...(given === undefined ? [] : [element('givenName', given)]),
    ...(family === undefined ? [] : [element('familyName', family)]),
    ...objectsAt(item, 'nameIdentifiers').map(({ nameIdentifier, nameIdentifierScheme }) =>
      element('nameIdentifier', String(nameIdentifier), { nameIdentifierScheme }),
    ),
    ...objectsAt(item, 'affiliation').map(({ name, affiliationIdentifier, affiliationIdentifierScheme }) =>
      element('affiliation', String(name), { affiliationIdentifier, affiliationIdentifierScheme }),
    ),
  ];
}

/** Throws 500 for a licence without an English title, which the XML library cannot write. */
function rights(item: Fields): Element {
  if (item['rights'] === null) throw internalError();
  return element('rights', textAt(item, 'rights') ?? [], {
    rightsURI: item['rightsUri'],
    rightsIdentifierScheme: item['rightsIdentifierScheme'],
    rightsIdentifier: item['rightsIdentifier'],
  });
}

function place(item: Fields): Element[] {
  const name = textAt(item, 'geoLocationPlace');
  const of = (holder: Fields, words: string[]) => words.map((word) => element(word, String(holder[word])));
  const part = (key: string, inside: Element[]) => (item[key] === undefined ? [] : [element(key, inside)]);
  return [
    ...(name === undefined ? [] : [element('geoLocationPlace', name)]),
    ...part('geoLocationPoint', of(objectAt(item, 'geoLocationPoint'), POINT)),
    ...part('geoLocationBox', of(objectAt(item, 'geoLocationBox'), BOX)),
    ...part(
      'geoLocationPolygon',
      objectsAt(item, 'geoLocationPolygon').map((corner) =>
        element('polygonPoint', of(objectAt(corner, 'polygonPoint'), POINT)),
      ),
    ),
  ];
}

function funding(item: Fields): Element {
  const optional = (name: string, attributes = {}) => {
    const text = textAt(item, name);
    return text === undefined ? [] : [element(name, text, attributes)];
  };
  return element('fundingReference', [
    element('funderName', String(item['funderName'])),
    ...optional('funderIdentifier', { funderIdentifierType: item['funderIdentifierType'] }),
    ...optional('awardNumber'),
    ...optional('awardTitle'),
  ]);
}

function plain(json: Fields, plural: string, singular: string): Element[] {
  const texts = textsAt(json, plural);
  return texts.length === 0
    ? []
    : [
        element(
          plural,
          texts.map((text) => element(singular, text)),
        ),
      ];
}
