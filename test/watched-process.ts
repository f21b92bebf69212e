import { pathToFileURL } from 'node:url';
import { bundledForTests } from './bundled-for-tests.js';

const bundled = bundledForTests('test/watch-this-process.ts');

/** Names the file in which the processes of a run share the contract. */
export const CONTRACT_VARIABLE = 'TEST_CONTRACT_FILE';

/**
 * For `--import`: makes a process say on its error output where an answer of its service breaks
 * openapi.yaml. The file of the contract is in the URL, because such a process gets none of our
 * variables.
 */
export const WATCHED = `${
  (bundled === undefined ? new URL('watch-this-process.js', import.meta.url) : pathToFileURL(bundled)).href
}?contract=${encodeURIComponent(process.env[CONTRACT_VARIABLE] ?? '')}`;

/** What begins such a line. */
export const MARK = 'breaks the contract: ';

/** What a process said of that. A line is written at once, so it comes in one piece. */
export function violationsIn(output: string): string[] {
  return output.split('\n').flatMap((line) => (line.startsWith(MARK) ? [line] : []));
}
