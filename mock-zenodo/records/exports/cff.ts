import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { pythonYaml } from './python-yaml.js';
import { objectAt, textAt } from './reading.js';

/** The types in the format. All others are left out. */
const TYPES = ['software', 'dataset'];

type Node = string | Node[] | { [key: string]: Node };

/**
 * A record as CITATION.cff (`zenodo/zenodo-rdm:site/zenodo_rdm/serializers/cff.py`,
 * `inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/cff/schema.py`).
 */
export function cff(record: Fields): string {
  const metadata = objectAt(record, 'metadata');
  const type = textAt(metadata, 'resource_type', 'id') ?? '';
  const known = TYPES.includes(type);
  const rights = objectsAt(metadata, 'rights');
  const identifiers = objectsAt(metadata, 'identifiers').map(({ scheme, identifier }) => ({
    type: ['doi', 'url', 'swh'].includes(String(scheme)) ? String(scheme) : 'other',
    value: String(identifier),
  }));
  const keywords = objectsAt(metadata, 'subjects').flatMap((one) =>
    [textAt(one, 'id'), textAt(one, 'subject')].filter((text) => text !== undefined),
  );
  const people = [...objectsAt(metadata, 'creators'), ...objectsAt(metadata, 'contributors')];
  return pythonYaml(
    given({
      type: known ? type : undefined,
      abstract: textAt(metadata, 'description'),
      authors: people.map(author),
      'cff-version': '1.2.0',
      'date-released': textAt(metadata, 'publication_date'),
      doi: textAt(record, 'pids', 'doi', 'identifier'),
      identifiers: identifiers.length > 0 ? identifiers : undefined,
      keywords: keywords.length > 0 ? keywords : undefined,
      license: rights.map((one) => textAt(one, 'id')).filter((id) => id !== undefined),
      'license-url': rights.map(ownLicence).find((link) => link !== undefined),
      message: `If you use this ${known ? type : 'work'}, please cite it using the metadata from this file.`,
      'repository-code': type === 'software' ? repository(metadata) : undefined,
      title: textAt(metadata, 'title'),
      version: textAt(metadata, 'version'),
    }),
  );
}

function given(fields: Record<string, Node | undefined>): { [key: string]: Node } {
  const entries = Object.entries(fields).flatMap(([key, value]): [string, Node][] =>
    value === undefined ? [] : [[key, value]],
  );
  return Object.fromEntries(entries);
}

/** The first affiliation, because the format has only one. */
function author(entry: Fields): Node {
  const who = objectAt(entry, 'person_or_org');
  const orcid = objectsAt(who, 'identifiers').find(({ scheme }) => scheme === 'orcid');
  const [affiliation] = objectsAt(entry, 'affiliations');
  const personal = who['type'] === 'personal';
  return given({
    name: personal ? undefined : textAt(who, 'name'),
    'family-names': personal ? textAt(who, 'family_name') : undefined,
    'given-names': personal ? textAt(who, 'given_name') : undefined,
    orcid: orcid && textAt(orcid, 'identifier'),
    affiliation:
      personal && affiliation ? (textAt(affiliation, 'name') ?? textAt(affiliation, 'id')) : undefined,
  });
}

function ownLicence(right: Fields): string | undefined {
  return textAt(right, 'id') === undefined ? textAt(right, 'link') : undefined;
}

function repository(metadata: Fields): string | undefined {
  const found = objectsAt(metadata, 'related_identifiers').find(
    (one) =>
      one['scheme'] === 'url' &&
      textAt(one, 'resource_type', 'id') === 'software' &&
      textAt(one, 'relation_type', 'id') === 'issupplementto',
  );
  return found && textAt(found, 'identifier');
}
