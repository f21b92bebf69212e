import { type Check, type Fields, isObject, list, object, type Report, text } from './checks.js';
import { personIdentifiers } from './identifier-checks.js';
import { reference } from './relation-checks.js';

const KINDS = ['organizational', 'personal'];
const WRONG_KIND = "Invalid value. Choose one of ['organizational', 'personal'].";

const personOrOrganisation = object(
  {
    type: text((value) => (KINDS.includes(value) ? undefined : WRONG_KIND)),
    name: text(),
    given_name: text(),
    family_name: text(),
    identifiers: personIdentifiers,
  },
  {
    required: ['type'],
    missing: { type: WRONG_KIND },
    rule: (value, path, report) => {
      if (value['type'] === 'personal' && !value['family_name']) {
        report(`${path}.family_name`, 'Family name cannot be blank.');
      } else if (value['type'] === 'organizational' && !value['name']) {
        report(`${path}.name`, 'Name cannot be blank.');
      }
    },
    finish: withName,
  },
);

const affiliations = list(
  object(
    { id: text(), name: text() },
    {
      rule: (value, path, report) => {
        if (value['id'] || value['name']) return;
        report(`${path}.affiliations`, 'An existing id or a free text name must be present.');
      },
    },
  ),
);

/**
 * A creator
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/metadata.py`).
 */
export const creator: Check = object(
  { person_or_org: personOrOrganisation, role: reference, affiliations },
  { required: ['person_or_org'], rule: noAffiliationTwice },
);

/** A contributor, who must have a role. */
export const contributor: Check = object(
  { person_or_org: personOrOrganisation, role: reference, affiliations },
  { required: ['person_or_org', 'role'], rule: noAffiliationTwice },
);

function noAffiliationTwice(value: Fields, path: string, report: Report): void {
  const list = Array.isArray(value['affiliations']) ? value['affiliations'].filter(isObject) : [];
  const names = new Set(list.map(({ id, name }) => name ?? id));
  if (names.size === list.length) return;
  const shown = [...names].filter((name) => name).join(', ');
  report(`${path}.affiliations`, `Duplicated affiliations: ${shown}`);
}

function withName(value: Fields): Fields {
  if (value['type'] === 'organizational') {
    const { given_name: _given, family_name: _family, ...rest } = value;
    return rest;
  }
  const names = [value['family_name'], value['given_name']].filter((name) => name);
  return { ...value, name: names.join(', ') };
}
