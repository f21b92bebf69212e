/** Kinds of additional titles. */
export const TITLE_TYPE_IDS: ReadonlySet<string> = new Set(
  'alternative-title other subtitle translated-title'.split(' '),
);

/** Whether the vocabulary of title types has an id. */
export function isTitleType(id: string): boolean {
  return TITLE_TYPE_IDS.has(id);
}
