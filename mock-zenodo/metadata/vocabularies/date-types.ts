/** Kinds of dates. */
export const DATE_TYPE_IDS: ReadonlySet<string> = new Set(
  'accepted available collected copyrighted coverage created issued other submitted updated valid withdrawn'.split(
    ' ',
  ),
);

/** Whether the vocabulary of date types has an id. */
export function isDateType(id: string): boolean {
  return DATE_TYPE_IDS.has(id);
}
