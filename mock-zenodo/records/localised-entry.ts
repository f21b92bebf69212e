import type { Entry } from './vocabularies.js';

/** What RDM JSON shows of entries besides id, title and description. */
const FIELDS: Record<string, readonly string[]> = {
  funders: ['props', 'name', 'country', 'country_name', 'identifiers'],
  awards: ['number', 'acronym', 'program', 'website', 'funder', 'subjects', 'identifiers', 'organizations'],
  vocabularies: ['props', 'icon', 'tags'],
};

/**
 * An entry in RDM JSON, with its texts in one language. Undefined for vocabularies that look the
 * same in both APIs
 * (`inveniosoftware/invenio-vocabularies:invenio_vocabularies/resources/serializer.py`,
 * `…/contrib/funders/serializer.py`, `…/contrib/awards/serializer.py`).
 */
export function localisedEntry(path: string, entry: Entry): Record<string, unknown> | undefined {
  const fields = FIELDS[path.startsWith('vocabularies/') ? 'vocabularies' : path];
  if (fields === undefined) return undefined;
  const description = entry['description'] as Record<string, string> | undefined;
  return {
    id: entry.id,
    title_l10n: inEnglish(entry.title),
    ...(description !== undefined && { description_l10n: inEnglish(description) }),
    ...Object.fromEntries(fields.filter((name) => name in entry).map((name) => [name, entry[name]])),
  };
}

function inEnglish(texts: Record<string, string>): string | undefined {
  return texts['en'] ?? Object.values(texts)[0];
}
