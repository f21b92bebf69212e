import { type Fields, isObject } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { textOfHtml } from '../../metadata/text/sanitise-html.js';
import { RESOURCE_TYPES } from '../../metadata/vocabularies/resource-type-rows.js';
import { dataciteWord } from '../vocabulary-details.js';
import { contributors, creators } from './datacite-people.js';
import { fundingReferences, geoLocations, rightsList } from './datacite-places-and-rights.js';
import { alternateIdentifiers, relatedIdentifiers } from './datacite-related.js';
import { objectAt, present, textAt, textsAt, unlessEmpty } from './reading.js';

/**
 * A record in RDM form as `application/vnd.datacite.datacite+json`: DataCite 4.5
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/datacite/schema.py`,
 * DataCite45Schema; `zenodo/zenodo-rdm:site/zenodo_rdm/serializers/datacite.py`).
 */
export function datacite(record: Fields): Fields {
  const metadata = objectAt(record, 'metadata');
  const publisher = textAt(metadata, 'publisher');
  return present({
    doi: textAt(record, 'pids', 'doi', 'identifier'),
    types: types(textAt(metadata, 'resource_type', 'id')),
    titles: texts(metadata, 'title'),
    creators: creators(metadata),
    contributors: contributors(metadata),
    publisher: publisher && { name: publisher },
    publicationYear: /^\d+/.exec(textAt(metadata, 'publication_date') ?? '')?.[0].replace(/^0+(?=\d)/, ''),
    subjects: unlessEmpty(objectsAt(metadata, 'subjects').map(subject)),
    dates: dates(record, metadata),
    language: textAt(objectsAt(metadata, 'languages')[0] ?? {}, 'id'),
    alternateIdentifiers: alternateIdentifiers(record, metadata),
    relatedIdentifiers: relatedIdentifiers(record, metadata),
    sizes: unlessEmpty(textsAt(metadata, 'sizes')),
    formats: unlessEmpty(textsAt(metadata, 'formats')),
    version: textAt(metadata, 'version'),
    rightsList: rightsList(record, metadata),
    descriptions: texts(metadata, 'description', 'Abstract'),
    geoLocations: geoLocations(metadata),
    fundingReferences: fundingReferences(metadata),
    schemaVersion: 'http://datacite.org/schema/kernel-4',
  });
}

/** DataCite's terms for a resource type. */
function types(id: string | undefined): Fields | undefined {
  if (id === undefined) return undefined;
  const known = RESOURCE_TYPES.get(id)?.datacite;
  return { resourceTypeGeneral: known?.general || 'Other', resourceType: known?.type ?? '' };
}

/** The title or the description, followed by the additional ones. */
function texts(metadata: Fields, field: 'title' | 'description', kind?: string): Fields[] | undefined {
  const main = textAt(metadata, field);
  const additional = objectsAt(metadata, `additional_${field}s`).map((one) => {
    const type = textAt(one, 'type', 'id');
    return present({
      [field]: textOfHtml(textAt(one, field) ?? ''),
      [`${field}Type`]: type && dataciteWord(type),
      lang: textAt(one, 'lang', 'id'),
    });
  });
  const first = main === undefined ? [] : [present({ [field]: textOfHtml(main), [`${field}Type`]: kind })];
  return unlessEmpty([...first, ...additional]);
}

/** A subject from a vocabulary has its scheme. Its id is only sometimes an address. */
function subject(one: Fields): Fields {
  const id = textAt(one, 'id');
  if (id === undefined) return { subject: one['subject'] ?? null };
  const address = /^(?:https?|ftps?):\/\/[^\s/?#]+/i.test(id);
  return {
    subject: one['subject'] ?? null,
    subjectScheme: one['scheme'] ?? null,
    ...(address && { valueURI: id }),
  };
}

function dates(record: Fields, metadata: Fields): Fields[] | undefined {
  const published = textAt(metadata, 'publication_date');
  const others = objectsAt(metadata, 'dates');
  const updated = textAt(record, 'updated')?.split('T')[0];
  const told = others.some(({ type }) => isObject(type) && type['id'] === 'updated');
  return unlessEmpty([
    ...(published === undefined ? [] : [{ date: published, dateType: 'Issued' }]),
    ...others.map((one) =>
      present({
        date: one['date'],
        dateType: dataciteWord(textAt(one, 'type', 'id') ?? 'other'),
        dateInformation: textAt(one, 'description'),
      }),
    ),
    ...(told || updated === undefined ? [] : [{ date: updated, dateType: 'Updated' }]),
  ]);
}
