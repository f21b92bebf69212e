import { entriesOf, type Given, type Mapping } from './mapping.js';
import { isObject, pick, textOf } from './scalars.js';
import { readSpdx } from './spdx.js';

/**
 * One licence or several, as SPDX ids, expressions, names or URLs → `license`, which at legacy Zenodo is one: the first. All of them go
 * into the notes if there are more, or if an id does not say all. Zenodo's ids are SPDX's in lower case (`zenodo/zenodo-rdm:app_data/vocabularies/licenses.csv`).
 */
export function mapLicenses({ value, path }: Given, mapping: Mapping): void {
  const named = licenseNames(value, path);
  const ids = new Set<string>();
  let unsaid = false;
  for (const { names, path: at } of named) {
    const name = names[0];
    if (name === undefined) {
      mapping.faults.push({ field: at, message: 'must be a text, or an object with an id, name or URL' });
      continue;
    }
    const found = names.map(readSpdx).find((licenses) => licenses.length > 0) ?? [];
    for (const { id, guessed, partial } of found) {
      ids.add(id.toLowerCase());
      if (guessed) mapping.warnings.push(`${at}: “${name}” was read as ${id}.`);
      if (!partial) continue;
      unsaid = true;
      mapping.warnings.push(`${at}: ${id} does not say all of “${name}”; the whole was put into the notes.`);
    }
    if (found.length > 0) continue;
    if (isOldId(name)) ids.add(name.toLowerCase());
    else {
      unsaid = true;
      mapping.warnings.push(
        `${at}: “${name}” is no licence that Zenodo has an id for; it was put into the notes.`,
      );
    }
  }
  const [first] = ids;
  if (first !== undefined) {
    mapping.set['license'] = first;
    mapping.origins.set('license', path);
  }
  if (!unsaid && ids.size < 2) return;
  mapping.notes.push(licenseNote(named.flatMap(({ names }) => names.slice(0, 1))));
  if (first !== undefined && ids.size > 1) {
    mapping.warnings.push(
      `${path}: Zenodo’s deposit API takes one licence: ${first} was sent, all are in the notes.`,
    );
  }
}

/** What licences are called in a text, a list, or objects with an id, name or URL: each with its names, the best first, and its path. */
export function licenseNames(value: unknown, path: string): { names: string[]; path: string }[] {
  const given =
    typeof value === 'string'
      ? value.split(/[;\n]|,(?!\s*(?:version|v\d))/i).flatMap((text) => entriesOf(text, path))
      : entriesOf(value, path);
  return given.map(({ value: item, path: at }) => {
    const keys = ['id', 'spdx', 'identifier', 'name', 'title', 'url'];
    const names = isObject(item) ? keys.map((key) => textOf(pick(item, key)?.value)) : [textOf(item)];
    return { names: names.filter((name) => name !== null), path: at };
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
