/**
 * PostgreSQL's codes for a character that its encoding does not have, as a text and within JSON; in
 * UTF-8 that is U+0000 alone.
 */
const CODES = ['22021', '22P05'];

/**
 * True if a query failed because a text in it holds U+0000, which PostgreSQL cannot store or
 * compare.
 */
export function isUnstorableText(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return CODES.some((one) => code === one || error.message.includes(`Code: \`${one}\``));
}
