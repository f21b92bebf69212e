const LEGACY_RELATIONS =
  'isCitedBy cites isSupplementTo isSupplementedBy isContinuedBy continues isDescribedBy describes hasMetadata isMetadataFor hasVersion isVersionOf isNewVersionOf isPreviousVersionOf isPartOf hasPart isPublishedIn isReferencedBy references isDocumentedBy documents isCompiledBy compiles isVariantFormOf isOriginalFormOf isIdenticalTo isReviewedBy reviews isDerivedFrom isSourceOf isRequiredBy requires isObsoletedBy obsoletes';

const LEGACY_BY_ID = new Map(LEGACY_RELATIONS.split(' ').map((name) => [name.toLowerCase(), name]));

/** In the vocabulary, but without a legacy name. */
const NAMELESS = new Map(
  'isTranslationOf hasTranslation isCollectedBy collects other'
    .split(' ')
    .map((name) => [name.toLowerCase(), name]),
);

/** The relation that makes an identifier one of the record itself. */
export const ALTERNATE = 'isAlternateIdentifier';

/** How a record may be related to something else. */
export const RELATION_IDS: ReadonlySet<string> = new Set([...LEGACY_BY_ID.keys(), ...NAMELESS.keys()]);

/** Whether the vocabulary of relation types has an id. */
export function isRelation(id: string): boolean {
  return RELATION_IDS.has(id);
}

/**
 * The id of a legacy relation. A misspelling from the documentation of the old Zenodo is corrected
 * (zenodo/zenodo#1366).
 */
export function relationId(relation: string): string {
  return relation === 'isOrignialFormOf' ? 'isoriginalformof' : relation.toLowerCase();
}

/** The legacy name of a relation, if it has one. */
export function legacyRelation(id: string | undefined): string | undefined {
  return id === undefined ? undefined : LEGACY_BY_ID.get(id);
}

/** A relation in camel case, `isCitedBy`, whether the deposit API has it or not. */
export function relationName(id: string): string {
  return LEGACY_BY_ID.get(id) ?? NAMELESS.get(id) ?? id;
}
