import { type Fields, isObject } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { objectAt, present, textAt, unlessEmpty } from './reading.js';

/**
 * A record in RDM form as Data Package
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/datapackage/schema.py`).
 */
export function datapackage(record: Fields): Fields {
  const metadata = objectAt(record, 'metadata');
  const page = textAt(record, 'links', 'self_html');
  return present({
    $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
    id: textAt(record, 'links', 'doi'),
    name: record['id'],
    title: textAt(metadata, 'title'),
    description: textAt(metadata, 'description'),
    version: textAt(metadata, 'version'),
    created: record['created'],
    homepage: page,
    keywords: unlessEmpty(
      objectsAt(metadata, 'subjects').flatMap((subject) => textAt(subject, 'subject') ?? []),
    ),
    resources: Object.values(objectAt(record, 'files', 'entries'))
      .filter(isObject)
      .map((file) => resource(file, `${page}/files/${file['key']}`)),
    licenses: unlessEmpty(objectsAt(metadata, 'rights').flatMap(licence)),
    contributors: unlessEmpty([
      ...objectsAt(metadata, 'creators').map((person) => contributor(person, 'creator')),
      ...objectsAt(metadata, 'contributors').map((person) => contributor(person, 'contributor')),
    ]),
  });
}

/** A file. The key stands in its path as it is, without escapes. */
function resource(file: Fields, path: string): Fields {
  return {
    name: file['key'],
    path,
    format: file['ext'],
    mediatype: file['mimetype'],
    bytes: file['size'],
    hash: file['checksum'],
  };
}

/** A licence of the vocabulary. Others are left out. */
function licence(rights: Fields): Fields[] {
  const name = textAt(rights, 'id');
  if (name === undefined) return [];
  const path = textAt(rights, 'link') ?? textAt(rights, 'props', 'url');
  return [present({ name, path, title: textAt(rights, 'title', 'en') })];
}

function contributor(person: Fields, kind: string): Fields {
  const who = objectAt(person, 'person_or_org');
  return present({
    title: textAt(who, 'name'),
    givenName: textAt(who, 'given_name'),
    familyName: textAt(who, 'family_name'),
    roles: [textAt(person, 'role', 'id') ?? kind],
    organization: textAt(objectsAt(person, 'affiliations')[0] ?? {}, 'name'),
  });
}
