import { type Check, type Fields, list, object, text } from './checks.js';
import { personIdentifiers } from './identifier-checks.js';

/** A reference into a vocabulary; whether it leads anywhere is another question. */
export const reference: Check = object({ id: text(), title: () => undefined }, { required: ['id'] });

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
    rule: (value, path, report) => {
      if (value['type'] === undefined) report(`${path}.type`, WRONG_KIND);
      else if (value['type'] === 'personal' && !value['family_name']) {
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
    { id: text(), name: text(), identifiers: () => undefined },
    {
      rule: (value, path, report) => {
        if (!value['id'] && !value['name']) {
          report(`${path}.affiliations`, 'An existing id or a free text name must be present.');
        }
      },
    },
  ),
);

/** A creator (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/metadata.py`). */
export const creator: Check = object(
  { person_or_org: personOrOrganisation, role: reference, affiliations },
  { required: ['person_or_org'] },
);

/** A contributor, who has to have a role. */
export const contributor: Check = object(
  { person_or_org: personOrOrganisation, role: reference, affiliations },
  { required: ['person_or_org', 'role'] },
);

function withName(value: Fields): Fields {
  if (value['type'] === 'organizational') {
    const { given_name: _given, family_name: _family, ...rest } = value;
    return rest;
  }
  const names = [value['family_name'], value['given_name']].filter((name) => name);
  return { ...value, name: names.join(', ') };
}
