/** Kinds of additional descriptions. */
export const DESCRIPTION_TYPE_IDS: ReadonlySet<string> = new Set(
  'abstract methods notes other series-information table-of-contents technical-info'.split(' '),
);

/** Whether the vocabulary of description types has an id. */
export function isDescriptionType(id: string): boolean {
  return DESCRIPTION_TYPE_IDS.has(id);
}
