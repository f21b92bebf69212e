const IDS = new Set(
  'accepted available collected copyrighted coverage created issued other submitted updated valid withdrawn'.split(
    ' ',
  ),
);

/** Whether the vocabulary of date types has an id. */
export function isDateType(id: string): boolean {
  return IDS.has(id);
}
