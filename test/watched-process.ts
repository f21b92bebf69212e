/**
 * For `--import`: makes a process say on its error output where an answer of its service breaks
 * openapi.yaml.
 */
export const WATCHED = new URL('watch-this-process.js', import.meta.url).href;

/** What begins such a line. */
export const MARK = 'breaks the contract: ';

/** What a process said of that. A line is written at once, so it comes in one piece. */
export function violationsIn(output: string): string[] {
  return output.split('\n').flatMap((line) => (line.startsWith(MARK) ? [line] : []));
}
