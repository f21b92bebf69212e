import { type Notice, notice } from '../../notice.js';
import { quoted } from '../file-names.js';

/** What desktops leave in folders without anybody having made it. */
const JUNK = /(^|\/)(__MACOSX\/|\._[^/]+$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i;

/** True for a file that a desktop left in a folder. */
export function isJunk(path: string): boolean {
  return JUNK.test(path);
}

/** A notice if there is such among the paths: nothing that was sent is left out, but few want it published (zenodo/zenodo#1519). */
export function junkNotices(paths: readonly string[]): Notice[] {
  const [first, ...more] = paths.filter(isJunk);
  if (first === undefined) return [];
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  const detail = `${quoted(first)}${others} are files that desktops leave in folders. They were brought as they are; leave them out if nobody is to see them.`;
  return [notice('desktop_file', detail, first, more.length)];
}
