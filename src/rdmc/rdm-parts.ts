import type { RdmContent, RdmDraft } from '../zenodo/rdm-draft.js';
import { isObject } from './scalars.js';

/** Which legacy fields write to which part of the newer metadata (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`). */
const WRITERS: Record<string, RegExp> = {
  title: /^title$/,
  description: /^description$/,
  additional_descriptions: /^(notes|method)$/,
  creators: /^creators$/,
  contributors: /^(contributors|thesis_supervisors)$/,
  rights: /^license$/,
  subjects: /^(keywords|subjects)$/,
  languages: /^language$/,
  dates: /^dates$/,
  version: /^version$/,
  publisher: /^imprint_publisher$/,
  publication_date: /^publication_date$/,
  resource_type: /_type$/,
  identifiers: /^related_identifiers$/,
  related_identifiers: /^related_identifiers$/,
  locations: /^locations$/,
  funding: /^grants$/,
  references: /^references$/,
};

/** The same for custom fields, by the beginning of their names. */
const CUSTOM_WRITERS: [RegExp, RegExp][] = [
  [/^journal:/, /^journal_/],
  [/^meeting:/, /^conference_/],
  [/^imprint:/, /^(imprint_|partof_)/],
  [/^legacy:communities$/, /^communities$/],
  [/^thesis:/, /^thesis_university$/],
];

/** How a legacy call wrote to Zenodo: fields set whole, and fields that entries were only added to. */
export interface Touched {
  set: ReadonlySet<string>;
  added: ReadonlySet<string>;
}

/**
 * What a draft must be put back to after a PUT of the legacy dialect, which carries one affiliation, one licence, persons only, no further titles
 * …, so that whatever somebody typed on Zenodo's own page survives where the caller did not write. Null if nothing was lost.
 */
export function restoration(before: RdmDraft, after: RdmDraft, touched: Touched): RdmContent | null {
  const metadata: Record<string, unknown> = { ...bareObject(after.metadata) };
  for (const [name, value] of Object.entries(bareObject(before.metadata))) {
    const writer = WRITERS[name];
    metadata[name] = restored(name, value, metadata[name], writer, touched);
  }
  const custom: Record<string, unknown> = { ...bareObject(after.custom_fields ?? {}) };
  for (const [name, value] of Object.entries(bareObject(before.custom_fields ?? {}))) {
    const writer = CUSTOM_WRITERS.find(([pattern]) => pattern.test(name))?.[1] ?? /^custom$/;
    const now = custom[name];
    if (!touchedBy(writer, touched.set)) custom[name] = value;
    else if (isObject(value) && isObject(now)) custom[name] = { ...value, ...now };
  }
  const access = restoredAccess(before.access ?? {}, after.access ?? {}, touched);
  const same =
    equal(metadata, bareObject(after.metadata)) &&
    equal(custom, bareObject(after.custom_fields ?? {})) &&
    equal(access, bareAccess(after.access ?? {}));
  if (same) return null;
  return {
    metadata,
    custom_fields: custom,
    access,
    pids: after.pids ?? {},
    files: { enabled: after.files?.enabled ?? true },
  };
}

function restored(
  name: string,
  before: unknown,
  after: unknown,
  writer: RegExp | undefined,
  { set, added }: Touched,
): unknown {
  if (name === 'additional_descriptions') return restoredTexts(before, after, new Set([...set, ...added]));
  if (writer !== undefined && touchedBy(writer, set)) return after;
  if (writer === undefined || !touchedBy(writer, added)) return before;
  if (!Array.isArray(before) || !Array.isArray(after)) return after;
  const keys = new Set(before.map(keyOf));
  return [...before, ...after.filter((entry) => !keys.has(keyOf(entry)))];
}

/** Notes and methods are two of many additional descriptions. */
function restoredTexts(before: unknown, after: unknown, touched: ReadonlySet<string>): unknown {
  const written = new Set([
    ...(touched.has('notes') ? ['notes'] : []),
    ...(touched.has('method') ? ['methods'] : []),
  ]);
  const typeOf = (entry: unknown) =>
    isObject(entry) && isObject(entry['type']) ? String(entry['type']['id']) : '';
  const list = (value: unknown) => (Array.isArray(value) ? value : []);
  return [
    ...list(before).filter((entry) => !written.has(typeOf(entry))),
    ...list(after).filter((entry) => written.has(typeOf(entry))),
  ];
}

/** The legacy dialect opens a record whose very page was restricted: it is closed again unless the caller opened it. */
function restoredAccess(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  { set }: Touched,
): Record<string, unknown> {
  const old = bareAccess(before);
  const now = bareAccess(after);
  if (!touchedBy(/^(access_right|embargo_date)$/, set)) return old;
  return now['files'] === 'public' ? now : { ...now, record: old['record'] };
}

function bareAccess({ record, files, embargo }: Record<string, unknown>): Record<string, unknown> {
  const { active, until, reason } = isObject(embargo) ? embargo : {};
  return {
    record,
    files,
    embargo: { active: active === true, ...(until ? { until } : {}), ...(reason ? { reason } : {}) },
  };
}

function touchedBy(writer: RegExp, names: ReadonlySet<string>): boolean {
  return [...names].some((name) => writer.test(name));
}

/** What makes two entries of a list the same thing. */
function keyOf(entry: unknown): string {
  if (!isObject(entry)) return JSON.stringify(entry);
  const { identifier, date, subject, person_or_org: who } = entry;
  const id = ['relation_type', 'type', 'role'].map((key) =>
    isObject(entry[key]) ? (entry[key] as { id?: unknown }).id : '',
  );
  const name = isObject(who) ? [who['name'], who['family_name'], who['given_name']] : [];
  return JSON.stringify([identifier ?? date ?? subject ?? entry['id'] ?? name, ...id]).toLowerCase();
}

/** As it can be sent back: entries of vocabularies by their id alone, without titles made for reading, nothing empty. */
function bareObject(value: Record<string, unknown>): Record<string, unknown> {
  return bare(value) as Record<string, unknown>;
}

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (!isObject(value)) return value;
  if (
    typeof value['id'] === 'string' &&
    (isObject(value['title']) || 'props' in value || 'scheme' in value)
  ) {
    return { id: value['id'] };
  }
  const isPerson = value['type'] === 'personal';
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => item !== null && item !== undefined && !(isPerson && key === 'name'))
      .map(([key, item]) => [key, bare(item)]),
  );
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
