const IDS = new Set(
  'abstract methods notes other series-information table-of-contents technical-info'.split(' '),
);

/** Whether the vocabulary of description types has an id. */
export function isDescriptionType(id: string): boolean {
  return IDS.has(id);
}
