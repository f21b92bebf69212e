import { type Notice, notice } from '../../notice.js';
import { quoted } from './file-names.js';

/** Files that desktops create in folders unasked. */
const DESKTOP_FILES = /(^|\/)(__MACOSX\/|\._[^/]+$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i;

/** Whether a path is that of a file that desktops create unasked. */
export function isDesktopFile(path: string): boolean {
  return DESKTOP_FILES.test(path);
}

/**
 * A notice if there are such files. They are sent nevertheless, but few users want to publish them
 * (zenodo/zenodo#1519).
 */
export function desktopNotices(paths: readonly string[]): Notice[] {
  const [first, ...more] = paths.filter(isDesktopFile);
  if (first === undefined) return [];
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  const detail = `${quoted(first)}${others} are files that desktop systems leave in folders. They were sent to Zenodo unchanged. Leave them out if you do not want to publish them.`;
  return [notice('desktop_file', detail, first, more.length)];
}
