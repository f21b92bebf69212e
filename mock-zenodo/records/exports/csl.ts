import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { textOfHtml } from '../../metadata/text/sanitise-html.js';
import { RESOURCE_TYPES } from '../../metadata/vocabularies/resource-type-rows.js';
import { objectAt, present, textAt } from './reading.js';

/**
 * A record in RDM form as `application/vnd.citationstyles.csl+json`
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/csl/schema.py`).
 * Journal, imprint and meeting come from the processors in `contrib/`, whose keys have an
 * underscore where CSL has a hyphen.
 */
export function csl(record: Fields): Fields {
  const metadata = objectAt(record, 'metadata');
  const description = textAt(metadata, 'description');
  return {
    ...present({
      id: record['id'],
      type: RESOURCE_TYPES.get(textAt(metadata, 'resource_type', 'id') ?? '')?.csl || 'article',
      title: textAt(metadata, 'title'),
      abstract: description && textOfHtml(description),
      author: objectsAt(metadata, 'creators').map(author),
      issued: issued(textAt(metadata, 'publication_date')),
      language: textAt(objectsAt(metadata, 'languages')[0] ?? {}, 'id'),
      version: textAt(metadata, 'version'),
      DOI: textAt(record, 'pids', 'doi', 'identifier') ?? ownIdentifier(metadata, 'doi'),
      ISBN: ownIdentifier(metadata, 'isbn'),
      ISSN: ownIdentifier(metadata, 'issn'),
      publisher: textAt(metadata, 'publisher'),
    }),
    ...journal(record),
    ...imprint(record),
    ...meeting(record),
  };
}

/** What a journal adds to CSL and to JSON-LD. */
export function journal(record: Fields): Fields {
  const at = (key: string) => textAt(record, 'custom_fields', 'journal:journal', key);
  return present({
    container_title: at('title'),
    page: at('pages'),
    volume: at('volume'),
    issue: at('issue'),
    ISSN: at('issn'),
  });
}

function imprint(record: Fields): Fields {
  const at = (key: string) => textAt(record, 'custom_fields', 'imprint:imprint', key);
  return present({
    container_title: at('title'),
    page: at('pages'),
    publisher_place: at('place'),
    ISBN: at('isbn'),
    edition: at('edition'),
  });
}

function meeting(record: Fields): Fields {
  const at = (key: string) => textAt(record, 'custom_fields', 'meeting:meeting', key);
  const [title, acronym] = [at('title'), at('acronym')];
  const event = title !== undefined && acronym !== undefined ? `${title} (${acronym})` : (title ?? acronym);
  return present({ event, event_place: at('place') });
}

function author(creator: Fields): Fields {
  const who = objectAt(creator, 'person_or_org');
  return present({
    family: textAt(who, 'family_name') ?? textAt(who, 'name'),
    given: textAt(who, 'given_name'),
  });
}

function issued(date: string | undefined): Fields | undefined {
  if (date === undefined) return undefined;
  return { 'date-parts': date.split('/').map((day) => day.split('-')) };
}

function ownIdentifier(metadata: Fields, scheme: string): string | undefined {
  return textAt(
    objectsAt(metadata, 'identifiers').find((one) => one['scheme'] === scheme) ?? {},
    'identifier',
  );
}
