/** A text, number or truth value somewhere in a document, and where. */
export interface Leaf {
  path: string;
  text: string;
}

/** All of them, in order; what only is the grammar of JSON-LD is no part of a path. */
export function leavesOf(value: unknown, path = ''): Leaf[] {
  if (value === null || value === undefined || value === '') return [];
  if (typeof value !== 'object') return [{ path, text: String(value) }];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = /^@(?:list|set|value)$/.test(key) ? path : path === '' ? key : `${path}.${key}`;
    return leavesOf(item, at);
  });
}

/** The words of a text, without case, accents' spelling and HTML. */
export function wordsOf(text: string): string[] {
  const plain = text
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&amp;/g, '&')
    .normalize('NFKC')
    .toLowerCase();
  return plain.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/**
 * Whether something said at one of these paths is about a leaf. In a graph what is described once
 * is said where it is referred to.
 */
export function isNamed({ path }: Leaf, said: readonly string[], references: Leaf[] = []): boolean {
  if (said.some((at) => path === at || path.startsWith(`${at}.`))) return true;
  const [, entity, rest] = /^(.*@graph\.\d+)\.(.+)$/.exec(path) ?? [];
  const name = references.find((one) => one.path === `${entity}.@id`)?.text;
  return references.some(
    (one) =>
      one.text === name &&
      !one.path.startsWith(`${entity}.`) &&
      isNamed({ path: one.path.replace(/@id$/, rest ?? ''), text: '' }, said),
  );
}
