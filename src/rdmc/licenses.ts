import { isDeepStrictEqual } from 'node:util';
import { entriesOf, type Given, type Mapping } from './mapping.js';
import { isObject, pick, textOf } from './scalars.js';
import { readSpdx } from './spdx.js';

/** What is sent for a licence that Zenodo has no id for: “Other (Not Open)” gives away no right. */
export const NOT_OPEN = 'other-closed';

/** A licence as it was named, and the ids that are to say it at Zenodo. */
interface License {
  name: string;
  path: string;
  ids: string[];
  /** True if the ids do not say all of it. */
  unsaid: boolean;
}
/** No record is under more licences. Each is looked up among all that there are. */
const MOST_NAMED = 100;

/**
 * One licence or several, as SPDX ids, expressions, names or URLs → `license`, which at legacy Zenodo is one: the one that gives away least. All of them go
 * into the notes if there are more, or if an id does not say all. Zenodo's ids are SPDX's in lower case, and `other-…` for all else
 * (`zenodo/zenodo-rdm:app_data/vocabularies/licenses.csv`). What is not understood becomes `other-closed`: no right is given away that was not given.
 */
export function mapLicenses(givens: Given[], mapping: Mapping): void {
  const named = givens.map(({ value, path }) => licenseNames(value, path));
  const many = givens.find((_, index) => (named[index]?.length ?? 0) > MOST_NAMED);
  if (many !== undefined) {
    mapping.faults.push({ field: many.path, message: `must name at most ${MOST_NAMED} licences` });
    return;
  }
  const isOnly = named.flat().length === 1;
  const lists = named.map((list) => list.flatMap((one) => readLicense(one, isOnly, mapping) ?? []));
  const [first, ...others] = lists;
  // Of two names in the singular one is wrong; a list may hold several.
  const other = others.flat().find(({ ids }) => !isDeepStrictEqual(ids, first?.[0]?.ids));
  if (
    other !== undefined &&
    givens.every(({ value }) => !Array.isArray(value)) &&
    lists.every((list) => list.length === 1)
  ) {
    const path = first?.[0]?.path ?? '';
    mapping.faults.push({ field: path, message: `contradicts ${other.path}: send one of them` });
    return;
  }
  const all = lists.flat();
  const ids = [...new Set(all.flatMap((license) => license.ids))];
  const path = givens[0]?.path ?? '';
  const sent = leastOpen(ids);
  if (sent === undefined) return;
  mapping.set['license'] = sent;
  mapping.origins.set('license', path);
  if (ids.length < 2 && !all.some(({ unsaid }) => unsaid)) return;
  mapping.notes.push(licenseNote([...new Set(all.map(({ name }) => name))]));
  if (ids.length > 1) {
    mapping.warnings.push(
      `${path}: Zenodo’s deposit API takes one licence: ${sent} was sent, all are in the notes.`,
    );
  }
}

/** `isOnly`: that no other licence stands beside it, so that what may be an id of old can be sent for Zenodo to judge. */
function readLicense({ names, path }: Named, isOnly: boolean, mapping: Mapping): License | null {
  const [name, ...more] = names;
  if (name === undefined) {
    mapping.faults.push({ field: path, message: 'must be a text, or an object with an id, name or URL' });
    return null;
  }
  const found = names.map(readSpdx).find((licenses) => licenses.length > 0) ?? [];
  const ids = new Set<string>();
  for (const { id, guessed, partial } of found) {
    if (guessed) mapping.warnings.push(`${path}: “${name}” was read as ${id}.`);
    // Terms of one's own may take back what the licence gives; the strictest of Creative Commons' gives least.
    const isTrue = partial !== 'terms' || /^cc-by-nc-nd-/i.test(id);
    ids.add(isTrue ? id.toLowerCase() : NOT_OPEN);
    if (partial === undefined) continue;
    mapping.warnings.push(
      isTrue
        ? `${path}: ${id} does not say all of “${name}”; the whole was put into the notes.`
        : notOpen(path, name, `${id} does not say all of “${name}”`),
    );
  }
  if (ids.size > 0) {
    return { name, path, ids: [...ids], unsaid: found.some(({ partial }) => partial !== undefined) };
  }
  if (isOnly && isOldId(name)) return { name, path, ids: [name.toLowerCase()], unsaid: false };
  const id = names.map(otherLicense).find((other) => other !== null) ?? NOT_OPEN;
  const whole = more.length > 0 ? `${name} (${more.join(', ')})` : name;
  mapping.warnings.push(
    id === NOT_OPEN
      ? notOpen(path, name)
      : `${path}: Zenodo has no id for “${name}”; it was sent as ${id} and put into the notes.`,
  );
  return { name: whole, path, ids: [id], unsaid: true };
}

/** The sentence about a licence that Zenodo cannot say. */
export function notOpen(path: string, name: string, why = `Zenodo has no id for “${name}”`): string {
  return `${path}: ${why}; it was sent as ${NOT_OPEN}, which gives away no rights, and put into the notes.`;
}

/** Zenodo's ids for licences without one of their own. Only what says so in full: all else gives away no right. */
const OTHERS: [string, RegExp][] = [
  [
    'other-pd',
    /^(in the )?public[ -]domain( mark)?( 1\.0)?$|^https?:\/\/creativecommons\.org\/publicdomain\/mark\//,
  ],
  [
    'other-open',
    /^(the )?(gnu )?([al]?gpl|((lesser|library|affero) )?general public)( licen[cs]e)?$|^open source( licen[cs]e)?$/,
  ],
  ['other-nc', /^(for |free for )?non-?commercial( use)?( only)?$/],
];

/** Titles of those ids, as Zenodo's own form shows them: “Other (Not Open)”. */
const OTHER_TITLES: Record<string, string> = {
  'not open': NOT_OPEN,
  open: 'other-open',
  attribution: 'other-at',
  'non-commercial': 'other-nc',
  'public domain': 'other-pd',
};

function otherLicense(name: string): string | null {
  const text = name.trim().toLowerCase().replace(/\s+/g, ' ');
  const title = /^other \(([^()]+)\)$/.exec(text)?.[1];
  if (title !== undefined) return OTHER_TITLES[title] ?? null;
  if (Object.values(OTHER_TITLES).includes(text)) return text;
  return OTHERS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

/** Of several licences the one that gives away least; of equals the first. */
function leastOpen(ids: string[]): string | undefined {
  const strictness = (id: string) => {
    if (id === NOT_OPEN) return 3;
    const terms = [/-nc\b/, /-nd\b/].filter((pattern) => pattern.test(id)).length;
    return terms;
  };
  return ids.reduce<string | undefined>(
    (strictest, id) => (strictest === undefined || strictness(id) > strictness(strictest) ? id : strictest),
    undefined,
  );
}

/** What people get who find a record under the licence that Zenodo assumes where none is given: the end of a sentence, without its stop. */
export function assumption(id: string): string {
  const everybody = /^cc-?(zero|0)/.test(id)
    ? 'which lets everybody use it for anything without naming you'
    : 'which lets everybody share and change it if they name you';
  return `so Zenodo assumes ${id}, ${everybody}. Send the licence that holds; ${NOT_OPEN} keeps all rights`;
}

interface Named {
  names: string[];
  path: string;
}

/** What licences are called in a text, a list, or objects with an id, name or URL: each with its names, the best first, and its path. */
export function licenseNames(value: unknown, path: string): Named[] {
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
  return /^[a-z][a-z0-9._+-]*$/i.test(name) && /[-._0-9]/.test(name) && !/^licen[cs]e/i.test(name);
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
