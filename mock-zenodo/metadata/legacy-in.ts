import { internalError, validationError } from '../errors.js';
import { type Fields, isObject, type Report } from './checks.js';
import { LEGACY_COMMUNITIES } from './custom-fields-schema.js';
import { dayOf } from './dates.js';
import { collectErrors } from './field-errors.js';
import { legacyCustomFields } from './legacy-custom-fields.js';
import { legacyIdentifiers } from './legacy-identifiers.js';
import { legacyRights } from './legacy-licence.js';
import {
  legacyDates,
  legacyFunding,
  legacyKeywords,
  legacyLanguages,
  legacyLocations,
  legacyReferences,
} from './legacy-lists.js';
import { legacyContributors, legacyCreators } from './legacy-people.js';
import type { RdmInput } from './rdm-input.js';

/**
 * Turns the body of a legacy request into RDM form. `now` (milliseconds) gives the default
 * publication date. Validates only the structure: throws 400 with legacy field paths, or 500 where
 * Zenodo's deserializer fails (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/`).
 */
export function legacyToRdm(body: unknown, now: number): RdmInput {
  if (!isObject(body)) throw internalError();
  const { errors, report } = collectErrors();
  const given = Object.hasOwn(body, 'metadata');
  const legacy = body['metadata'];
  if (given && legacy === null) report('metadata', 'Field may not be null.');
  else if (given && !isObject(legacy)) throw internalError();
  const metadata = isObject(legacy) ? legacy : {};
  const rdm = given ? legacyMetadata(metadata, now, report) : {};
  const custom = legacyCustomFields(metadata, report);
  for (const name of Object.keys(body)) {
    if (name !== 'metadata' && name !== 'files') report(name, 'Unknown field.');
  }
  if (errors.length > 0) throw validationError(errors);
  const slugs = legacySlugs(metadata['communities']);
  return {
    ...(given && { metadata: rdm }),
    custom_fields: { ...custom, ...(slugs.length > 0 && { [LEGACY_COMMUNITIES]: slugs }) },
    access: legacyAccess(metadata),
    ...legacyPids(metadata['doi']),
  };
}

function legacyMetadata(metadata: Fields, now: number, report: Report): Fields {
  const string = (legacy: string, name = legacy): Fields => {
    if (!Object.hasOwn(metadata, legacy)) return {};
    const value = metadata[legacy];
    if (typeof value === 'string') return { [name]: value };
    report(`metadata.${legacy}`, value === null ? 'Field may not be null.' : 'Not a valid string.');
    return {};
  };
  const part = (legacy: string, name: string, convert: (value: unknown) => unknown): Fields => {
    if (!Object.hasOwn(metadata, legacy)) return {};
    if (metadata[legacy] !== null) return { [name]: convert(metadata[legacy]) };
    report(`metadata.${legacy}`, 'Field may not be null.');
    return {};
  };
  const contributors = legacyContributors(metadata, report);
  const descriptions = legacyDescriptions(metadata);
  return {
    publisher: 'Zenodo',
    publication_date: dayOf(now),
    ...resourceType(metadata),
    ...string('title'),
    ...string('description'),
    ...string('publication_date'),
    ...string('version'),
    ...string('imprint_publisher', 'publisher'),
    ...(Object.hasOwn(metadata, 'creators') && { creators: legacyCreators(metadata['creators'], report) }),
    ...(contributors.length > 0 && { contributors }),
    ...part('keywords', 'subjects', legacyKeywords),
    ...legacyRights(metadata, report),
    ...legacyIdentifiers(metadata, report),
    ...part('grants', 'funding', (value) => (value ? legacyFunding(value) : [])),
    ...part('locations', 'locations', legacyLocations),
    ...part('dates', 'dates', (value) => legacyDates(value, report)),
    ...part('references', 'references', legacyReferences),
    ...part('language', 'languages', (value) => legacyLanguages(value, report)),
    ...(descriptions !== undefined && { additional_descriptions: descriptions }),
  };
}

function resourceType(metadata: Fields): Fields {
  const type = metadata['upload_type'];
  if (!type) return {};
  const subtype = metadata[`${type}_type`];
  return { resource_type: { id: subtype ? `${type}-${subtype}` : type } };
}

/**
 * Notes and methods. Without them, what was sent as `additional_descriptions`, which is not
 * documented.
 */
function legacyDescriptions(metadata: Fields): unknown {
  const named = [...description(metadata['notes'], 'notes'), ...description(metadata['method'], 'methods')];
  return named.length > 0 ? named : metadata['additional_descriptions'];
}

function description(value: unknown, id: string): Fields[] {
  return value ? [{ description: value, type: { id } }] : [];
}

/** Closed access is restricted access; `access_conditions` is dropped. */
function legacyAccess({ access_right: right, embargo_date: until }: Fields): Fields {
  if (!right || right === 'open') return { record: 'public', files: 'public' };
  if (right === 'restricted' || right === 'closed') return { record: 'public', files: 'restricted' };
  if (right === 'embargoed' && until) {
    return { record: 'public', files: 'restricted', embargo: { active: true, until } };
  }
  throw validationError([{ field: '_schema', messages: ['Unknown access type.'] }]);
}

function legacySlugs(value: unknown): unknown[] {
  if (!value) return [];
  if (Array.isArray(value) && value.every((item) => isObject(item) && Object.hasOwn(item, 'identifier'))) {
    return value.map(({ identifier }) => identifier);
  }
  const message = "Communities must be an array of objects with an 'identifier' key.";
  throw validationError([{ field: 'communities', messages: [message] }]);
}

/**
 * A DOI with the prefix of production counts as Zenodo's own, even on the sandbox. Any other is an
 * external one.
 */
function legacyPids(doi: unknown): RdmInput {
  if (!doi) return {};
  if (typeof doi !== 'string') throw internalError();
  const own = doi.startsWith('10.5281/');
  return {
    pids: {
      doi: own
        ? { identifier: doi, provider: 'datacite', client: 'datacite' }
        : { identifier: doi, provider: 'external' },
    },
  };
}
