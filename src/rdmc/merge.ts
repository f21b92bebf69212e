import { plainWords } from './html.js';
import { identifierKey } from './identifiers.js';
import type { Mapping } from './mapping.js';
import { isBlank, isObject } from './scalars.js';

/**
 * The metadata to send in Zenodo's PUT, which replaces everything: what is there (in `merge`), with the mapping's fields in place of
 * whole fields, its nulls taken away and its additions joined. `current` is the legacy metadata as Zenodo gave it.
 */
export function mergeMetadata(
  current: Record<string, unknown>,
  mapping: Mapping,
  mode: 'merge' | 'replace',
): Record<string, unknown> {
  const result = mode === 'merge' ? repeatable(current) : {};
  if (Object.hasOwn(mapping.set, 'thesis_supervisors')) {
    // Zenodo gives supervisors back as contributors: whoever names them anew means these.
    keep(result, 'contributors', ({ type }) => type !== 'Supervisor');
  }
  for (const [name, value] of Object.entries(mapping.set)) {
    if (value === null) delete result[name];
    else result[name] = value;
  }
  for (const [name, value] of Object.entries(mapping.defaults)) {
    if (!isBlank(result[name])) continue;
    result[name] = value;
    const sentence = `${name}: none was given, so ${value} was assumed.`;
    if (!mapping.warnings.includes(sentence)) mapping.warnings.push(sentence);
  }
  settleEmbargo(result, mapping);
  for (const [name, entries] of Object.entries(mapping.add)) {
    const list = Array.isArray(result[name]) ? [...result[name]] : [];
    const keys = new Set(list.map((entry) => entryKey(name, entry)));
    for (const { value, path } of entries) {
      if (keys.has(entryKey(name, value))) continue;
      keys.add(entryKey(name, value));
      mapping.origins.set(`${name}.${list.length}`, path);
      list.push(value);
    }
    result[name] = list;
  }
  const notes = typeof result['notes'] === 'string' ? result['notes'] : '';
  const missing = mapping.notes.filter((note) => !plainWords(notes).includes(plainWords(note)));
  if (missing.length > 0) result['notes'] = [notes, ...missing].filter((part) => part !== '').join('\n');
  return result;
}

/** A day on which the files are to be opened closes them until then. Files that are closed for other reasons stay so after that day. */
function settleEmbargo(result: Record<string, unknown>, { set, warnings, origins }: Mapping): void {
  const say = (what: string) => {
    const sentence = `${origins.get('embargo_date') ?? 'embargo_date'}: ${what}`;
    if (!warnings.includes(sentence)) warnings.push(sentence);
  };
  const given = !isBlank(set['embargo_date']);
  if (given && isBlank(set['access_right']) && (result['access_right'] ?? 'open') === 'open') {
    result['access_right'] = 'embargoed';
    say('access_right was set to embargoed.');
  }
  if (result['access_right'] === 'embargoed') return;
  if (given) say(`not sent, because access_right is ${String(result['access_right'])}.`);
  delete result['embargo_date'];
}

/** Two entries with one key are the same thing. */
export function entryKey(field: string, entry: unknown): string {
  if (field === 'keywords') return String(entry).toLowerCase();
  if (field === 'related_identifiers' && isObject(entry)) {
    // Zenodo repairs a misspelling that its documentation had.
    const relation = String(entry['relation']).toLowerCase().replace('isorignialformof', 'isoriginalformof');
    return `${relation} ${identifierKey(String(entry['identifier']))}`;
  }
  return JSON.stringify(isObject(entry) ? Object.entries(entry).sort() : entry);
}

/**
 * What Zenodo gave, in a form that it takes back with the same meaning: without DOIs, which stay by themselves and are refused on the
 * sandbox (zenodo/zenodo#2561), nulls, and entries that lost a part on the way out. `cc-by` means another version out than in.
 */
export function repeatable(metadata: Record<string, unknown>): Record<string, unknown> {
  const { prereserve_doi: _guess, doi: _doi, ...rest } = metadata;
  const result = withoutNulls(rest) as Record<string, unknown>;
  const license = result['license'];
  if (license === 'cc-by') result['license'] = 'cc-by-1.0';
  if (license === 'cc-by-sa') result['license'] = 'cc-by-sa-1.0';
  keep(result, 'dates', (date) => !isBlank(date['start']) || !isBlank(date['end']));
  keep(result, 'related_identifiers', (related) => typeof related['relation'] === 'string');
  return result;
}

function keep(
  result: Record<string, unknown>,
  name: string,
  test: (entry: Record<string, unknown>) => boolean,
): void {
  const list = result[name];
  if (Array.isArray(list)) result[name] = list.filter((entry) => isObject(entry) && test(entry));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}
