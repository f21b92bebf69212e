import { AFFILIATIONS, type Affiliation } from '../metadata/vocabularies/affiliations.js';
import { AWARDS, type Award, awardNamed } from '../metadata/vocabularies/awards.js';
import {
  FUNDER_IDS,
  funderIdentifiers,
  funderName,
  funderPlace,
  funderTypes,
} from '../metadata/vocabularies/funders.js';
import { SUBJECTS, type Subject } from '../metadata/vocabularies/subjects.js';

type Details = { id: string; title: { en: string } } & Record<string, unknown>;

const COUNTRY_NAMES = new Intl.DisplayNames('en', { type: 'region' });

/**
 * Funders (`inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/funders/schema.py`).
 */
export function funders(): Details[] {
  return [...FUNDER_IDS].map((id) => {
    const known = funderName(id);
    const name = known?.name ?? id;
    return {
      id,
      title: { en: name },
      name,
      ...located(funderPlace(id)),
      identifiers: funderIdentifiers(id),
      ...(known !== undefined && { acronym: known.acronym }),
      status: 'active',
      types: funderTypes(id),
    };
  });
}

/**
 * Affiliations
 * (`inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/affiliations/schema.py`).
 */
export function affiliations(): Details[] {
  return [...AFFILIATIONS.values()].map(affiliation);
}

function affiliation({ id, name, acronym, country, identifiers }: Affiliation): Details {
  return {
    id,
    title: { en: name },
    name,
    ...(acronym !== '' && { acronym }),
    ...located({ country }),
    identifiers,
    status: 'active',
  };
}

/** The awards that can be searched. */
export function awards(): Details[] {
  return [...AWARDS.values()].map(award);
}

/** An award by its id, including those that no search finds: any number of a known funder. */
export function findAward(id: string): Details | undefined {
  const known = awardNamed(id);
  return known && award(known);
}

function award({ id, number, funder, title, acronym, program, identifiers }: Award): Details {
  return {
    id,
    title: { en: title ?? number },
    number,
    ...(acronym !== undefined && { acronym }),
    ...(program !== undefined && { program }),
    identifiers,
    funder: { id: funder, name: funderName(funder)?.name },
  };
}

/**
 * Subjects
 * (`inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/subjects/schema.py`).
 */
export function subjects(): Details[] {
  return [...SUBJECTS.values()].map(({ id, subject, scheme, props = {}, identifiers = [] }: Subject) => ({
    id,
    title: { en: subject },
    subject,
    scheme,
    props,
    identifiers,
  }));
}

function located({ country = '', city }: { country?: string; city?: string } = {}): object {
  if (country === '') return {};
  const name = COUNTRY_NAMES.of(country) ?? country;
  return {
    country,
    country_name: country === 'NL' ? 'The Netherlands' : name,
    ...(city !== undefined && { location_name: city }),
  };
}
