import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { RESOURCE_TYPES } from '../../metadata/vocabularies/resource-type-rows.js';
import { accessRight } from './datacite-places-and-rights.js';
import { communityPages } from './datacite-related.js';
import { landingUrl } from './landing-url.js';
import { objectAt, textAt, textsAt } from './reading.js';
import { type Element, element } from './xml.js';

/**
 * A record in RDM form as `application/x-dc+xml`
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/dublincore/schema.py`,
 * in the order of `inveniosoftware/dcxml:dcxml/simpledc.py`).
 */
export function dublinCore(record: Fields): Element {
  const metadata = objectAt(record, 'metadata');
  const eurepo = RESOURCE_TYPES.get(textAt(metadata, 'resource_type', 'id') ?? '')?.eurepo;
  const values: [name: string, texts: (string | undefined)[]][] = [
    ['contributor', objectsAt(metadata, 'contributors').map(nameOf)],
    ['creator', objectsAt(metadata, 'creators').map(nameOf)],
    ['date', dates(record, metadata)],
    ['description', descriptions(metadata)],
    ['format', textsAt(metadata, 'formats')],
    ['identifier', identifiers(record, metadata)],
    ['language', objectsAt(metadata, 'languages').map((one) => textAt(one, 'id'))],
    ['publisher', [textAt(metadata, 'publisher')]],
    ['relation', relations(record, metadata)],
    ['rights', rights(record, metadata)],
    ['source', sources(record, metadata)],
    ['subject', objectsAt(metadata, 'subjects').map((one) => textAt(one, 'subject'))],
    ['title', [textAt(metadata, 'title')]],
    ['type', [eurepo]],
  ];
  const elements = values.flatMap(([name, texts]) =>
    texts.flatMap((text) => (text ? [element(`dc:${name}`, text)] : [])),
  );
  return element('oai_dc:dc', elements, {
    'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
    'xmlns:oai_dc': 'http://www.openarchives.org/OAI/2.0/oai_dc/',
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:schemaLocation':
      'http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
  });
}

function nameOf(person: Fields): string | undefined {
  return textAt(person, 'person_or_org', 'name');
}

function dates(record: Fields, metadata: Fields): (string | undefined)[] {
  const until = textAt(record, 'access', 'embargo', 'until');
  const embargoed = textAt(record, 'access', 'status') === 'embargoed';
  return [
    textAt(metadata, 'publication_date'),
    ...(embargoed ? [`info:eu-repo/date/embargoEnd/${until}`] : []),
  ];
}

/** Tags are escaped instead of removed, so readers see them as text. */
function descriptions(metadata: Fields): string[] {
  const further = objectsAt(metadata, 'additional_descriptions').map((one) => textAt(one, 'description'));
  return [textAt(metadata, 'description'), ...further].flatMap((text) =>
    text === undefined ? [] : [text.replaceAll('<', '&lt;').replaceAll('>', '&gt;')],
  );
}

function identifiers(record: Fields, metadata: Fields): string[] {
  const pids = Object.keys(objectAt(record, 'pids')).map((scheme) =>
    address(textAt(record, 'pids', scheme, 'identifier') ?? '', scheme),
  );
  return [...pids, ...objectsAt(metadata, 'identifiers').map(addressOf)];
}

function relations(record: Fields, metadata: Fields): string[] {
  const conceptDoi = textAt(record, 'parent', 'pids', 'doi', 'identifier');
  return [
    ...objectsAt(metadata, 'related_identifiers').map(addressOf),
    ...communityPages(record),
    ...(conceptDoi === undefined ? [] : [address(conceptDoi, 'doi')]),
  ];
}

function rights(record: Fields, metadata: Fields): (string | undefined)[] {
  const licences = objectsAt(metadata, 'rights').flatMap((right) => [
    textAt(right, 'title', 'en'),
    right['id'] === undefined ? textAt(right, 'link') : textAt(right, 'props', 'url'),
  ]);
  return [accessRight(record), ...licences];
}

/** Journal and meeting, one line each. */
function sources(record: Fields, metadata: Fields): string[] {
  const journal = objectAt(record, 'custom_fields', 'journal:journal');
  const meeting = objectAt(record, 'custom_fields', 'meeting:meeting');
  const [volume, issue] = [textAt(journal, 'volume'), textAt(journal, 'issue')];
  const year = textAt(metadata, 'publication_date');
  const lines = [
    Object.keys(journal).length === 0
      ? []
      : [
          textAt(journal, 'title'),
          volume !== undefined && issue !== undefined ? `${volume}(${issue})` : (volume ?? issue),
          textAt(journal, 'pages'),
          year && `(${year})`,
        ],
    ['acronym', 'title', 'place', 'dates'].map((key) => textAt(meeting, key)),
  ];
  return lines.map((parts) => parts.filter((part) => part !== undefined).join(', '));
}

function addressOf({ identifier, scheme }: Fields): string {
  return address(String(identifier), String(scheme));
}

/** The address of an identifier. Without an address, it begins with its scheme. */
function address(identifier: string, scheme: string): string {
  const named = identifier.startsWith(scheme) ? identifier : `${scheme}:${identifier}`;
  return landingUrl(identifier, scheme) || named;
}
