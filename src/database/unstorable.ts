/** PostgreSQL's code for a character that its encoding does not have; in UTF-8 that is U+0000 alone. */
const NOT_IN_REPERTOIRE = '22021';

/** True if a query failed because a text in it holds U+0000, which PostgreSQL cannot store or compare. */
export function isUnstorableText(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return code === NOT_IN_REPERTOIRE || error.message.includes(`Code: \`${NOT_IN_REPERTOIRE}\``);
}
