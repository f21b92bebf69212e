import { entryKey, entryKind } from './entries.js';
import { type Mapping, notSent, type Setting } from './mapping.js';
import type { Creator } from './person.js';
import type { Content } from './record.js';
import { refuseTooLarge, sizeOf } from './record-size.js';
import { joinPeople, listAt } from './same-people.js';
import { isBlank, isObject, removes, textOf } from './values.js';
import { toReferences } from './vocabulary-references.js';

/** The parts of Zenodo's draft that a save depends on. */
export interface StoredDraft {
  metadata: Content;
  custom_fields?: Content | undefined;
  access?: Content | undefined;
  pids?: Content | undefined;
  files?: Content | undefined;
}

/**
 * Everything that a PUT of a draft replaces. What is left out is emptied or lost
 * (`inveniosoftware/invenio-drafts-resources`).
 */
export interface DraftContent {
  metadata: Content;
  custom_fields: Content;
  access: Content;
  pids: Content;
  files: Content;
}

/** What to send, the origin of each part, and warnings. */
interface Merged {
  content: DraftContent;
  /** The sender's paths by paths in the draft. Unchanged parts are not included. */
  origins: Map<string, string>;
  warnings: string[];
}

/**
 * Applies a mapping to a draft: replaces fields, removes nulls, adds entries, and fills empty
 * fields with defaults. With `replace` only files, DOI and the access guard's restriction remain.
 * `today` (YYYY-MM-DD) is the default publication date, as in Zenodo's own form. Throws
 * invalid_metadata if the result is too large to be read back.
 */
export function mergeDraft(
  draft: StoredDraft,
  mapping: Mapping,
  mode: 'merge' | 'replace',
  today: string,
): Merged {
  const stays = mode === 'merge';
  const content: DraftContent = {
    metadata: stays ? (toReferences(draft.metadata) as Content) : {},
    custom_fields: stays ? (toReferences(draft.custom_fields ?? {}) as Content) : {},
    access: {},
    pids: { ...draft.pids },
    files: { enabled: draft.files?.['enabled'] ?? true, ...preview(draft.files) },
  };
  const was = sizeOf(content);
  const merged: Merged = { content, origins: new Map(), warnings: [...mapping.warnings] };
  const keys = Object.keys(mapping.set).sort((a, b) => Number(a.includes('#')) - Number(b.includes('#')));
  for (const key of keys) {
    const setting = mapping.set[key];
    if (setting !== undefined) lay(key, setting, merged);
  }
  // Texts of an object stay beside what the object itself says, which wins.
  for (const [key, part] of Object.entries(mapping.set)) layBeside(key, part, mapping, merged);
  for (const [key, { sentence, ...setting }] of Object.entries(mapping.defaults)) {
    const { now } = holderOf(key, merged);
    if (!isBlank(now) && !removes(now)) continue;
    lay(key, setting, merged);
    if (sentence !== null) say(merged, sentence);
  }
  for (const [key, entries] of Object.entries(mapping.add)) join(key, entries, merged);
  dropEmpty(content.custom_fields);
  const { metadata } = content;
  if (Object.keys(metadata).length > 0) {
    metadata['publisher'] ??= 'Zenodo';
    metadata['publication_date'] ??= today;
  }
  content.access = accessOf(stays ? (draft.access ?? {}) : {}, mapping, merged, today);
  if (merged.origins.size > 0) refuseTooLarge(content, was);
  return merged;
}

function preview(files: Content | undefined): Content {
  const name = files?.['default_preview'];
  return typeof name === 'string' ? { default_preview: name } : {};
}

function say({ warnings }: Merged, sentence: string): void {
  if (!warnings.includes(sentence)) warnings.push(sentence);
}

/**
 * Where a key of a mapping leads: the object, the key in it, the kind of entries, and the current
 * value.
 */
function holderOf(
  key: string,
  { content }: Merged,
): { holder: Content; name: string; kind: string | null; path: string; now: unknown } {
  const [path = key, kind = null] = key.split('#');
  const at = path.indexOf('.');
  const root = path.slice(0, at) as 'metadata' | 'custom_fields' | 'pids';
  const [name = '', ...inside] = path.slice(at + 1).split('.');
  const holder = content[root];
  if (root !== 'custom_fields' || inside.length === 0) {
    const whole = path.slice(at + 1);
    return { holder, name: whole, kind, path, now: holder[whole] };
  }
  const object = isObject(holder[name]) ? { ...holder[name] } : {};
  holder[name] = object;
  return { holder: object, name: inside.join('.'), kind, path, now: object[inside.join('.')] };
}

function lay(key: string, setting: Setting, merged: Merged): void {
  if (key.startsWith('access.')) return;
  if (key === 'pids.doi') {
    layDoi(setting, merged);
    return;
  }
  const { holder, name, kind, path, now } = holderOf(key, merged);
  const others = kind === null ? [] : listOf(now).filter((entry) => entryKind(name, entry) !== kind);
  const value = kind === null ? setting.value : [...others, ...listOf(setting.value)];
  if (removes(value)) delete holder[name];
  else holder[name] = value;
  if (kind === null) merged.origins.set(path, setting.path);
  for (const [inner, origin] of Object.entries(setting.inner ?? {})) {
    const [index = '', ...rest] = inner.split('.');
    const shifted = kind === null ? inner : [Number(index) + others.length, ...rest].join('.');
    merged.origins.set(`${path}.${shifted}`, origin);
  }
}

/**
 * Keeps a text beside an object that was set as a whole after it. Of two that differ the later one
 * counts, which is said.
 */
function layBeside(key: string, part: Setting, { set }: Mapping, merged: Merged): void {
  const at = key.startsWith('custom_fields.') ? key.indexOf('.', 'custom_fields.'.length) : -1;
  const whole = at < 0 ? undefined : set[key.slice(0, at)];
  if (whole === undefined || !isObject(whole.value) || part.value === null) return;
  const inside = key.slice(at + 1);
  const said = whole.value[inside];
  const { now } = holderOf(key, merged);
  if (said === undefined && now === undefined) lay(key, part, merged);
  else if (said !== undefined && said !== part.value) {
    const paths = [part.path, `${whole.path}.${inside}`];
    const [loser, winner] = now === said ? paths : paths.reverse();
    say(merged, `${loser}: ${notSent(winner ?? '')}`);
  }
}

/** Removes an object of texts that has become empty. */
function dropEmpty(custom: Content): void {
  for (const [name, value] of Object.entries(custom)) {
    if (isObject(value) && Object.keys(value).length === 0) delete custom[name];
  }
}

/** A DOI that Zenodo has reserved can only be discarded on its page. */
function layDoi({ value, path }: Setting, merged: Merged): void {
  const { pids } = merged.content;
  const doi = isObject(pids['doi']) ? pids['doi'] : null;
  if (value !== null) pids['doi'] = value;
  else if (doi === null) return;
  else if (doi['provider'] === 'external') delete pids['doi'];
  else
    say(
      merged,
      `${path}: ${textOf(doi['identifier']) ?? 'The DOI'} was reserved by Zenodo, so the draft keeps it.`,
    );
  merged.origins.set('pids.doi', path);
}

/** Adds new entries, and to people new details. */
function join(key: string, entries: Setting[], merged: Merged): void {
  const { holder, name, path, now } = holderOf(key, merged);
  const list = [...listOf(now)];
  const places = new Map(list.map((entry, index) => [entryKey(name, entry), index]));
  const listed = new Map<number, string>();
  const given = new Set<string>();
  for (const entry of entries) {
    const value = JSON.stringify(entry.value);
    if (given.has(value)) continue;
    given.add(value);
    const own = entryKey(name, entry.value);
    const at = places.get(own);
    // Two entries of one list that differ are two people.
    const isTwo = at !== undefined && name === 'contributors' && listed.get(at) === listAt(entry);
    if (at !== undefined && !(isTwo && JSON.stringify(list[at]) !== value)) {
      const both =
        name === 'contributors' ? joinPeople(list[at] as Creator, entry.value as Creator) : list[at];
      if (both !== null) {
        if (JSON.stringify(both) !== JSON.stringify(list[at]))
          merged.origins.set(`${path}.${at}`, entry.path);
        list[at] = both;
        listed.set(at, listAt(entry));
        continue;
      }
    }
    places.set(own, list.length);
    listed.set(list.length, listAt(entry));
    merged.origins.set(`${path}.${list.length}`, entry.path);
    for (const [inner, origin] of Object.entries(entry.inner ?? {}))
      merged.origins.set(`${path}.${list.length}.${inner}`, origin);
    list.push(entry.value);
  }
  if (list.length > 0) holder[name] = list;
}

/**
 * Who may see the files. A future opening date restricts them until then; files that are restricted
 * for other reasons stay so. `closed` is what an embargo means that only a manifest names: a draft
 * that is restricted or embargoed stays so, until the later day. An embargo that is over is none.
 * Always sets both keys, and an embargo only with restricted files
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/access.py`).
 */
function accessOf(before: Content, { set, defaults }: Mapping, merged: Merged, today: string): Content {
  const embargo = isObject(before['embargo']) ? before['embargo'] : {};
  const ended = textOf(embargo['until']) ?? '';
  const isOver = embargo['active'] === true && ended !== '' && ended <= today;
  const wasEmbargoed = embargo['active'] === true && !isOver;
  const was = wasEmbargoed
    ? 'embargoed'
    : before['files'] === 'restricted' && !isOver
      ? 'restricted'
      : 'open';
  const said = set['access.right'];
  const until = set['access.until'];
  const given = until !== undefined && !isBlank(until.value);
  let right = said === undefined ? was : (said.value ?? 'open');
  if (said === undefined && until?.value === null && wasEmbargoed) right = 'restricted';
  const assumed = defaults['access.until']?.value;
  if (right === 'closed') {
    const isEmbargo = was === 'embargoed' || (was === 'open' && (given || assumed !== undefined));
    right = isEmbargo ? 'embargoed' : 'restricted';
  }
  if (given && (said === undefined || said.value === null) && was === 'open') {
    right = 'embargoed';
    say(merged, `${until.path}: access_right was set to embargoed.`);
  }
  for (const one of [said, until]) {
    if (one !== undefined)
      merged.origins.set(one === said ? 'access.files' : 'access.embargo.until', one.path);
  }
  if (isOver && said === undefined && right === 'open')
    say(merged, `access_right: the embargo ended on ${ended}, so a save opens the files.`);
  const record = before['record'] ?? 'public';
  if (right !== 'embargoed') {
    if (given)
      say(merged, `${until.path}: was not sent, because access_right is ${textOf(right) ?? 'open'}.`);
    return { record, files: right === 'open' ? 'public' : 'restricted' };
  }
  const stated = given ? until.value : wasEmbargoed ? embargo['until'] : assumed;
  const day = (textOf(assumed) ?? '') > (textOf(stated) ?? '') ? assumed : stated;
  const reason = set['access.reason']?.value ?? embargo['reason'];
  const more = typeof reason === 'string' && reason !== '' ? { reason } : {};
  return { record, files: 'restricted', embargo: { active: true, until: day, ...more } };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
