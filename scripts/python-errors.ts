import { readFile, writeFile } from 'node:fs/promises';
import { CATALOGUE } from '../src/errors.js';

/**
 * Writes a class of the Python client for every error code of the catalogue. `--check` only
 * compares.
 */
const FILE = new URL('../clients/python/src/zenodo_service_client/codes.py', import.meta.url);

/** Codes that do not belong to the group of their status. */
const GROUP: Record<string, string> = {
  reauthorization_required: 'NeedsConsent',
  zenodo_refused: 'ServerFault',
  outcome_unknown: 'Unavailable',
};

function groupOf(code: string, status: number): string {
  const exception = GROUP[code];
  if (exception !== undefined) return exception;
  if (status === 401 || status === 403) return 'NotAllowed';
  if (status === 409) return 'Conflict';
  if ([408, 429, 502, 503, 504, 507].includes(status)) return 'Unavailable';
  return status >= 500 ? 'ServerFault' : 'BadRequest';
}

function className(code: string): string {
  return code.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const codes = Object.entries(CATALOGUE);
const groups = [...new Set(codes.map(([code, { status }]) => groupOf(code, status)))].sort();
const text = `"""A class for every error code of the service. Generated from its catalogue by \`npm run python-errors\`."""

from __future__ import annotations

from .errors import ${[...groups, 'ServiceError'].join(', ')}
${codes
  .map(
    ([code, { status, title }]) =>
      `\n\nclass ${className(code)}(${groupOf(code, status)}):\n    """${title}."""\n\n    code = "${code}"\n`,
  )
  .join('')}

BY_CODE: "dict[str, type[ServiceError]]" = {
${codes.map(([code]) => `    "${code}": ${className(code)},`).join('\n')}
}
`;

if (process.argv.includes('--check')) {
  if ((await readFile(FILE, 'utf8').catch(() => '')) !== text) {
    process.stderr.write('clients/python is not what the catalogue says: npm run python-errors\n');
    process.exitCode = 1;
  }
} else await writeFile(FILE, text);
