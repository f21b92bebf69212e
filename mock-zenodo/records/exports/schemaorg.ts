import { type Fields, isObject } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { RESOURCE_TYPES } from '../../metadata/vocabularies/resource-type-rows.js';
import { languageTitle } from '../titles.js';
import { journal } from './csl.js';
import { objectAt, present, textAt, textsAt, unlessEmpty } from './reading.js';
import { persons } from './schemaorg-people.js';
import { citations, funding, identical, relatedWorks } from './schemaorg-related.js';
import { licenceUrl, spdxUrl } from './spdx-url.js';

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/**
 * A record in RDM form as `application/ld+json`
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/schemaorg/schema.py`).
 */
export function schemaOrg(record: Fields): Fields {
  return { ...schemaOrgFields(record), ...journal(record) };
}

/** The same without what CodeMeta does not take from it. */
export function schemaOrgFields(record: Fields): Fields {
  const metadata = objectAt(record, 'metadata');
  const doi = textAt(record, 'pids', 'doi', 'identifier');
  const address = doi && `https://doi.org/${doi.toLowerCase()}`;
  const type = typeOf(textAt(metadata, 'resource_type', 'id'));
  const publisher = textAt(metadata, 'publisher');
  const size = sizeOf(Number(objectAt(record, 'files')['total_bytes'] ?? 0));
  const dataset = type === 'https://schema.org/Dataset';
  return present({
    '@context': 'http://schema.org',
    '@id': address,
    '@type': type,
    identifier: address ?? textAt(record, 'links', 'self'),
    name: textAt(metadata, 'title'),
    creator: persons(metadata, 'creators'),
    author: persons(metadata, 'creators'),
    editor: persons(metadata, 'contributors'),
    publisher: publisher && { '@type': 'Organization', name: publisher },
    keywords: keywords(metadata),
    dateCreated: textAt(record, 'created'),
    dateModified: textAt(record, 'updated'),
    datePublished: textAt(metadata, 'publication_date')?.split('/')[0],
    temporal: unlessEmpty(objectsAt(metadata, 'dates').flatMap(({ date }) => (date ? [String(date)] : []))),
    inLanguage: language(textAt(objectsAt(metadata, 'languages')[0] ?? {}, 'id')),
    contentSize: size,
    size,
    encodingFormat: formats(metadata),
    version: textAt(metadata, 'version'),
    license: licence(metadata),
    description: textAt(metadata, 'description'),
    funding: funding(metadata),
    isPartOf: relatedWorks(metadata, ['ispartof']),
    hasPart: relatedWorks(metadata, ['haspart']),
    sameAs: identical(metadata),
    citation: citations(metadata),
    url: textAt(record, 'links', 'self_html'),
    measurementTechnique: dataset ? methods(metadata) : undefined,
    distribution: dataset ? distribution(record) : undefined,
    uploadDate: type === 'https://schema.org/VideoObject' ? textAt(record, 'created') : undefined,
  });
}

function typeOf(id: string | undefined): string | undefined {
  return id && (RESOURCE_TYPES.get(id)?.schemaOrg || 'https://schema.org/CreativeWork');
}

/** Bytes as Python prints them: `9.0 B`, `1.21 KB`. Undefined for an empty record. */
function sizeOf(bytes: number): string | undefined {
  if (bytes === 0) return undefined;
  const power = Math.floor(Math.log(bytes) / Math.log(1024));
  const size = Math.round((bytes / 1024 ** power) * 100) / 100;
  return `${Number.isInteger(size) ? size.toFixed(1) : size} ${UNITS[power]}`;
}

function keywords(metadata: Fields): string | undefined {
  const subjects = objectsAt(metadata, 'subjects');
  if (subjects.length === 0) return undefined;
  return subjects.flatMap((one) => textAt(one, 'subject') ?? []).join(', ');
}

function language(id: string | undefined): Fields | undefined {
  return id === undefined ? undefined : { alternateName: id, '@type': 'Language', name: languageTitle(id) };
}

/** One format alone, or several as a list. */
function formats(metadata: Fields): string | string[] | undefined {
  const all = textsAt(metadata, 'formats');
  return all.length === 1 ? all[0] : unlessEmpty(all);
}

/**
 * The address of the first licence with an id, or else of the first one with a link. Null for an id
 * that SPDX does not have.
 */
function licence(metadata: Fields): string | null | undefined {
  const rights = objectsAt(metadata, 'rights');
  const id = rights.map((right) => textAt(right, 'id')).find((one) => one !== undefined);
  if (id !== undefined) return spdxUrl(id);
  const link = rights.map((right) => textAt(right, 'link')).find((one) => one !== undefined);
  return link === undefined ? undefined : licenceUrl(link);
}

function methods(metadata: Fields): string | undefined {
  return objectsAt(metadata, 'additional_descriptions')
    .filter((one) => textAt(one, 'type', 'id') === 'methods')
    .map((one) => textAt(one, 'description'))
    .find((text) => text !== undefined);
}

function distribution(record: Fields): Fields[] | undefined {
  const files = textAt(record, 'links', 'files');
  return unlessEmpty(
    Object.entries(objectAt(record, 'files', 'entries')).map(([name, file]) =>
      present({
        '@type': 'DataDownload',
        contentUrl: `${files}/${name}/content`,
        encodingFormat: isObject(file) ? textAt(file, 'mimetype') : undefined,
      }),
    ),
  );
}
