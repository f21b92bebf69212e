import { strip } from '../strip.js';

/**
 * The result of werkzeug's `secure_filename`: ASCII letters, digits, `_`, `.` and `-`, with spaces
 * and slashes turned into underscores (`pallets/werkzeug:src/werkzeug/utils.py`). May be empty.
 */
export function secureFilename(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\P{ASCII}/gu, '')
    .replaceAll('/', ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join('_')
    .replace(/[^A-Za-z0-9_.-]/g, '');
  return strip(plain, '._');
}
