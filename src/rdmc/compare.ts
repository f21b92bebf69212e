import { plainWords } from './html.js';
import { identifierKey } from './identifiers.js';
import { entryKey } from './merge.js';
import { isObject } from './scalars.js';

/** Something that was sent and is not there: Zenodo's path. */
export interface Loss {
  field: string;
  message: string;
}

/** What Zenodo rewrites without losing anything (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/common.py`). */
const SAME: Record<string, (sent: unknown, kept: unknown) => boolean> = {
  description: sameWords,
  notes: sameWords,
  method: sameWords,
  access_right: (sent, kept) => sent === kept || (sent === 'closed' && kept === 'restricted'),
  language: (sent, kept) => sent === kept || (String(sent).length === 2 && String(kept).length === 3),
  publication_type: (sent, kept) => sent === kept || (sent === 'thesis' && kept === 'dissertation'),
  // Zenodo has old ids for many licences; whether it is the right one is asked of the newer dialect.
  license: (sent, kept) => sent === undefined || kept !== undefined,
};

/** Fields that Zenodo never gives back. */
const SILENT = new Set(['prereserve_doi', 'subjects', 'custom']);

/** Compares the metadata sent with what Zenodo kept, for the named fields. Empty if nothing was lost. */
export function findLosses(
  sent: Record<string, unknown>,
  kept: Record<string, unknown>,
  fields: Iterable<string>,
): Loss[] {
  const losses: Loss[] = [];
  for (const name of fields) {
    const value = sent[name];
    if (value === undefined || SILENT.has(name)) continue;
    const now = name === 'thesis_supervisors' ? kept['contributors'] : kept[name];
    const same = SAME[name];
    if (same) {
      if (!same(value, now)) losses.push(loss(name, now));
    } else if (Array.isArray(value)) losses.push(...listLosses(name, value, now));
    else if (!stillThere(value, now)) losses.push(loss(name, now));
  }
  return losses;
}

function listLosses(name: string, sent: unknown[], kept: unknown): Loss[] {
  const left = Array.isArray(kept) ? [...kept] : [];
  return sent.flatMap((entry, index) => {
    const found = left.findIndex((candidate) => sameEntry(name, entry, candidate));
    if (found >= 0) {
      left.splice(found, 1);
      return [];
    }
    const spoiled = left.find(
      (candidate) =>
        isObject(entry) && isObject(candidate) && entry['name'] === candidate['name'] && 'name' in entry,
    );
    const missing = isObject(entry) && isObject(spoiled) ? missingKeys(entry, spoiled) : [];
    if (missing.length === 0) return [{ field: `${name}.${index}`, message: 'Zenodo did not keep it.' }];
    return missing.map((key) => ({ field: `${name}.${index}.${key}`, message: 'Zenodo did not keep it.' }));
  });
}

function sameEntry(name: string, sent: unknown, kept: unknown): boolean {
  if (!isObject(sent) || !isObject(kept)) return stillThere(sent, kept);
  if (name === 'related_identifiers') return entryKey(name, sent) === entryKey(name, kept);
  if (name === 'dates') return String(sent['type']).toLowerCase() === kept['type'];
  if (name === 'grants') return String(kept['id']).endsWith(String(sent['id']).split('::').at(-1) ?? '');
  if (name === 'communities') return sent['identifier'] === kept['identifier'];
  return missingKeys(sent, kept).length === 0;
}

function missingKeys(sent: Record<string, unknown>, kept: Record<string, unknown>): string[] {
  return Object.entries(sent)
    .filter(([key, value]) => value !== null && value !== '' && !stillThere(value, kept[key]))
    .map(([key]) => key);
}

/** Whether a value is still there: numbers and texts by their words, objects by all that was sent. */
function stillThere(sent: unknown, kept: unknown): boolean {
  if (isObject(sent) && isObject(kept)) return missingKeys(sent, kept).length === 0;
  if (sent === kept) return true;
  const [a, b] = [words(sent), words(kept)];
  return a === b || identifierKey(a) === identifierKey(b);
}

function words(value: unknown): string {
  return String(value ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}

function sameWords(sent: unknown, kept: unknown): boolean {
  return plainWords(String(sent)) === plainWords(String(kept ?? ''));
}

function loss(field: string, kept: unknown): Loss {
  return {
    field,
    message:
      kept === undefined ? 'Zenodo did not keep it.' : `Zenodo kept “${String(kept).slice(0, 100)}” instead.`,
  };
}
