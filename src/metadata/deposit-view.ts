import { TEXT_FIELDS } from './deposit.js';
import { plainWords } from './descriptions.js';
import type { DraftContent } from './merge.js';
import { rightOf } from './publish-rules.js';
import type { Content } from './record.js';
import { idOf, isObject, textOf } from './values.js';
import { RELATION_NAMES, ROLE_NAMES } from './vocabularies.js';

/**
 * A draft in the deposit API's names, as Zenodo would show it there
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/common.py`). Used if it is not
 * saved yet, or if Zenodo cannot show it. Licences and funders have the ids of the records API, and
 * what has an id lacks its name.
 */
export function depositView({ metadata, custom_fields: custom, access, pids }: DraftContent): Content {
  const [type, subtype] = idOf(metadata['resource_type'])?.split(/-(.*)/s) ?? [];
  const texts = objects(metadata['additional_descriptions']);
  const embargo = isObject(access['embargo']) ? access['embargo'] : {};
  const doi = isObject(pids['doi']) ? pids['doi']['identifier'] : undefined;
  return filled({
    ...textsOf(metadata, custom),
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
    language: idOf(objects(metadata['languages'])[0]),
    notes: texts.find((one) => idOf(one['type']) === 'notes')?.['description'],
    method: texts.findLast((one) => idOf(one['type']) === 'methods')?.['description'],
    related_identifiers: [
      ...objects(metadata['related_identifiers']).map(
        ({ relation_type: relation, resource_type: resource, ...one }) =>
          filled({ ...one, relation: relationOf(relation), resource_type: idOf(resource) }),
      ),
      ...objects(metadata['identifiers']).map((one) => ({ ...one, relation: 'isAlternateIdentifier' })),
    ],
    references: objects(metadata['references']).map(({ reference }) => reference),
    grants: objects(metadata['funding']).flatMap(({ award }) =>
      idOf(award) === undefined ? [] : [{ id: idOf(award) }],
    ),
    dates: objects(metadata['dates']).map(date),
    locations: objects(isObject(metadata['locations']) ? metadata['locations']['features'] : []).map(
      location,
    ),
    custom: others(custom),
    communities: (Array.isArray(custom['legacy:communities']) ? custom['legacy:communities'] : []).map(
      (identifier: unknown) => ({ identifier }),
    ),
    access_right: rightOf(access),
    embargo_date: embargo['until'],
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
    // Of one with an id, the name is only known to Zenodo.
    affiliation: place === undefined ? null : place['name'],
    orcid: of('orcid'),
    gnd: textOf(of('gnd'))?.replace(/^gnd:/, ''),
  });
}

/** The deposit API's spelling of a role: `datacurator` → `DataCurator`. */
function typeOf(role: unknown): string | null {
  const id = idOf(role);
  return id === undefined ? null : (ROLE_NAMES.find((name) => name.toLowerCase() === id) ?? null);
}

function relationOf(relation: unknown): string | undefined {
  const id = idOf(relation);
  return RELATION_NAMES.find((name) => name.toLowerCase() === id);
}

/** Zenodo shows no date there that is not an interval. */
function date({ date: value, type, description }: Content): Content {
  const [start, end] = (textOf(value) ?? '').split('/');
  return filled({ type: idOf(type), ...(end === undefined ? {} : { start, end }), description });
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
    description: description === undefined ? undefined : plainWords(textOf(description) ?? ''),
  });
}

function textsOf(metadata: Content, custom: Content): Content {
  return Object.fromEntries(
    Object.entries(TEXT_FIELDS).map(([name, key]) => {
      const [root, field = '', part] = key.split('.');
      const whole = root === 'metadata' ? metadata[field] : custom[field];
      return [name, part === undefined ? whole : isObject(whole) ? whole[part] : undefined];
    }),
  );
}

function others(custom: Content): Content | undefined {
  const kept = Object.entries(custom).filter(
    ([name]) => !/^(legacy|thesis|imprint|meeting|journal):/.test(name),
  );
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
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
