import type { Given, Mapping } from './mapping.js';
import { isObject, listOf, pick, textOf } from './scalars.js';
import { readSpdx } from './spdx.js';

/**
 * One licence or several, as SPDX ids, expressions, names or URLs → `license`, which at legacy Zenodo is one: the first. All of them go
 * into the notes if there are more, or if one is not known by an id. Zenodo's ids are SPDX's in lower case (`zenodo/zenodo-rdm:app_data/vocabularies/licenses.csv`).
 */
export function mapLicenses({ value, path }: Given, mapping: Mapping): void {
  const names = licenseNames(value);
  const items = listOf(value).length;
  if (names.length < items && typeof value !== 'string') {
    mapping.faults.push({ field: path, message: 'must be a text, or a list of texts' });
  }
  if (names.length === 0) return;
  const ids: string[] = [];
  let unclear = false;
  names.forEach((name, index) => {
    const at = names.length > 1 ? `${path}.${index}` : path;
    const found = readSpdx(name);
    for (const { id, guessed } of found) {
      ids.push(id.toLowerCase());
      if (guessed) mapping.warnings.push(`${at}: “${name}” was read as ${id}.`);
    }
    if (found.length === 0 && isOldId(name)) ids.push(name.toLowerCase());
    else if (found.length === 0) {
      unclear = true;
      mapping.warnings.push(
        `${at}: “${name}” is no licence that Zenodo has an id for; it was put into the notes.`,
      );
    }
  });
  const [first] = new Set(ids);
  if (first !== undefined) {
    mapping.set['license'] = first;
    mapping.origins.set('license', path);
  }
  if (unclear || new Set(ids).size > 1) {
    mapping.notes.push(licenseNote(names));
    if (first !== undefined && new Set(ids).size > 1) {
      mapping.warnings.push(
        `${path}: Zenodo’s deposit API takes one licence: ${first} was sent, all are in the notes.`,
      );
    }
  }
}

/** The names of licences in a text, a list, or objects with an id, name or URL. */
export function licenseNames(value: unknown): string[] {
  const items = typeof value === 'string' ? value.split(/[;\n]|,(?!\s*(?:version|v\d))/i) : listOf(value);
  return items.flatMap((item) => {
    const name = textOf(
      isObject(item) ? pick(item, 'id', 'spdx', 'identifier', 'name', 'title', 'url')?.value : item,
    );
    return name === null ? [] : [name];
  });
}

/** The paragraph of the notes that names licences. */
export function licenseNote(names: string[]): string {
  return `<p>${names.length > 1 ? 'Licences' : 'Licence'}: ${names.map(escapeHtml).join(', ')}</p>`;
}

/** What may be one of the ids that Zenodo had before it took SPDX's: Zenodo judges. */
function isOldId(name: string): boolean {
  return /^[a-z]+[a-z0-9._+-]*[-._0-9][a-z0-9._+-]*$/i.test(name) && !/^licen[cs]e/i.test(name);
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
