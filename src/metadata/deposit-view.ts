import { plainWords } from './descriptions.js';
import type { DraftContent } from './merge.js';
import { rightOf } from './publish-rules.js';
import type { Content } from './record.js';
import { isObject } from './values.js';

/**
 * A draft in the deposit API's names, as Zenodo shows it there
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/common.py`), where it is not saved
 * yet or Zenodo cannot.
 */
export function depositView({ metadata, custom_fields: custom, access, pids }: DraftContent): Content {
  const [type, subtype] = idOf(metadata['resource_type'])?.split(/-(.*)/s) ?? [];
  const {
    'journal:journal': journal,
    'meeting:meeting': meeting,
    'imprint:imprint': imprint,
    'thesis:thesis': thesis,
  } = custom;
  const texts = objects(metadata['additional_descriptions']);
  const embargo = isObject(access['embargo']) ? access['embargo'] : {};
  const doi = isObject(pids['doi']) ? pids['doi']['identifier'] : undefined;
  return filled({
    title: metadata['title'],
    description: metadata['description'],
    upload_type: type,
    ...(type === undefined || subtype === undefined ? {} : { [`${type}_type`]: subtype }),
    publication_date: metadata['publication_date'],
    creators: objects(metadata['creators']).map(person),
    contributors: objects(metadata['contributors']).map((one) => ({
      ...person(one),
      type: typeOf(one['role']),
    })),
    keywords: objects(metadata['subjects']).flatMap(({ subject }) =>
      subject === undefined ? [] : [subject],
    ),
    subjects: custom['legacy:subjects'],
    license: objects(metadata['rights'])
      .map(({ id }) => id)
      .find((id) => id !== undefined),
    version: metadata['version'],
    language: idOf(objects(metadata['languages'])[0]),
    notes: texts.find((one) => idOf(one['type']) === 'notes')?.['description'],
    method: texts.findLast((one) => idOf(one['type']) === 'methods')?.['description'],
    related_identifiers: [
      ...objects(metadata['identifiers']).map((one) => ({ ...one, relation: 'isAlternateIdentifier' })),
      ...objects(metadata['related_identifiers']).map(
        ({ relation_type: relation, resource_type: resource, ...one }) =>
          filled({ ...one, relation: relationOf(relation), resource_type: idOf(resource) }),
      ),
    ],
    references: objects(metadata['references']).map(({ reference }) => reference),
    grants: objects(metadata['funding']).flatMap(({ award }) =>
      idOf(award) === undefined ? [] : [{ id: idOf(award) }],
    ),
    dates: objects(metadata['dates']).map(date),
    locations: objects(isObject(metadata['locations']) ? metadata['locations']['features'] : []).map(
      location,
    ),
    imprint_publisher: metadata['publisher'],
    ...renamed(journal, {
      title: 'journal_title',
      volume: 'journal_volume',
      issue: 'journal_issue',
      pages: 'journal_pages',
    }),
    ...Object.fromEntries(
      Object.entries(isObject(meeting) ? meeting : {}).map(([key, value]) => [`conference_${key}`, value]),
    ),
    ...renamed(imprint, {
      isbn: 'imprint_isbn',
      place: 'imprint_place',
      title: 'partof_title',
      pages: 'partof_pages',
    }),
    ...renamed(thesis, { university: 'thesis_university' }),
    custom: others(custom),
    communities: (Array.isArray(custom['legacy:communities']) ? custom['legacy:communities'] : []).map(
      (identifier: unknown) => ({ identifier }),
    ),
    access_right: rightOf(access),
    embargo_date: embargo['active'] === true ? embargo['until'] : undefined,
    doi,
  });
}

function person({ person_or_org: who, affiliations }: Content): Content {
  if (!isObject(who)) return {};
  const { name, family_name: family, given_name: given } = who;
  const ids = objects(who['identifiers']);
  const of = (scheme: string) => ids.find((id) => id['scheme'] === scheme)?.['identifier'];
  const parts = [family, given].filter((part) => typeof part === 'string' && part !== '');
  const [place] = objects(affiliations);
  return filled({
    name: parts.length > 0 ? parts.join(', ') : name,
    affiliation: place?.['name'],
    orcid: of('orcid'),
    gnd: typeof of('gnd') === 'string' ? String(of('gnd')).replace(/^gnd:/, '') : undefined,
  });
}

/** `datacurator` → `DataCurator`: the old spelling of a role. */
function typeOf(role: unknown): string | null {
  const id = idOf(role);
  return id === undefined ? null : (ROLE_NAMES.find((name) => name.toLowerCase() === id) ?? null);
}

const ROLE_NAMES =
  'ContactPerson DataCollector DataCurator DataManager Distributor Editor HostingInstitution Producer ProjectLeader ProjectManager ProjectMember RegistrationAgency RegistrationAuthority RelatedPerson Researcher ResearchGroup RightsHolder Sponsor Supervisor WorkPackageLeader Other'.split(
    ' ',
  );

const RELATION_NAMES =
  'isCitedBy cites isSupplementTo isSupplementedBy isContinuedBy continues isDescribedBy describes hasMetadata isMetadataFor hasVersion isVersionOf isNewVersionOf isPreviousVersionOf isPartOf hasPart isPublishedIn isReferencedBy references isDocumentedBy documents isCompiledBy compiles isVariantFormOf isOriginalFormOf isIdenticalTo isReviewedBy reviews isDerivedFrom isSourceOf isRequiredBy requires isObsoletedBy obsoletes'.split(
    ' ',
  );

function relationOf(relation: unknown): string | undefined {
  const id = idOf(relation);
  return RELATION_NAMES.find((name) => name.toLowerCase() === id);
}

function date({ date: value, type, description }: Content): Content {
  const [start, end] = String(value).split('/');
  return filled({ type: idOf(type), start, end: end ?? start, description });
}

function location({ geometry, place, description }: Content): Content {
  const [lon, lat] =
    isObject(geometry) && geometry['type'] === 'Point' && Array.isArray(geometry['coordinates'])
      ? geometry['coordinates']
      : [];
  return filled({
    place,
    lat,
    lon,
    description: description === undefined ? undefined : plainWords(String(description)),
  });
}

function renamed(fields: unknown, names: Record<string, string>): Content {
  return Object.fromEntries(
    Object.entries(isObject(fields) ? fields : {}).flatMap(([key, value]) =>
      names[key] === undefined ? [] : [[names[key], value]],
    ),
  );
}

function others(custom: Content): Content | undefined {
  const kept = Object.entries(custom).filter(
    ([name]) => !/^(legacy|thesis|imprint|meeting|journal):/.test(name),
  );
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

function idOf(value: unknown): string | undefined {
  return isObject(value) && typeof value['id'] === 'string' ? value['id'] : undefined;
}

function objects(list: unknown): Content[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function filled(fields: Content): Content {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
