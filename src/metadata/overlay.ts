import { entryKind } from './entries.js';
import { asList, type Mapping, notSent, type Setting, settingsOf } from './mapping.js';

/**
 * Lays `over` on `under`: its fields win whole, which is said. A field as a whole takes the kinds
 * of its entries away, and what was to be added to it, unless both stand in one body.
 */
export function overlay(under: Mapping, over: Mapping, isOneBody = false): Mapping {
  const winnerOf = (key: string) => over.set[key] ?? over.set[key.split('#')[0] ?? key];
  const added = Object.entries(under.add).flatMap(([key, entries]) =>
    entries.map((entry) => [key, entry] as const),
  );
  // Identifiers with relations replace only those with relations.
  const takesAll = ({ value }: Setting) => !isOneBody && !(Array.isArray(value) && value.length === 0);
  const said = new Map(Object.values(over.set).map((setting) => [setting, wordsOf(setting)]));
  const lost = (key: string, setting: Setting, isEntry: boolean) => {
    const winner = winnerOf(key);
    if (winner === undefined || setting.value === null || (isEntry && !takesAll(winner))) return [];
    const isSaid = said.get(winner)?.has(JSON.stringify(setting.value)) === true;
    return isSaid ? [] : pathsOf(setting).map((path) => `${path}: ${notSent(winner.path)}`);
  };
  const beaten = [
    ...Object.entries(under.set).flatMap(([key, setting]) => lost(key, setting, false)),
    ...added.flatMap(([key, entry]) => lost(key, entry, true)),
    ...Object.entries(over.set).flatMap(([key, setting]) => replacedKind(key, setting, under)),
  ];
  const kept = <T>(fields: Record<string, T>, isEntry: boolean) =>
    Object.fromEntries(
      Object.entries(fields).filter(([key]) => {
        const winner = winnerOf(key);
        return winner === undefined || (isEntry && !takesAll(winner));
      }),
    );
  const set = kept(under.set, false);
  const add = { ...kept(under.add, true) };
  // What was said about a value that is not sent would contradict that.
  const left = [...Object.values(set), ...Object.values(add).flat()].flatMap(pathsOf);
  const beatenKeys = [...Object.entries(under.set), ...added].filter(([key]) => winnerOf(key) !== undefined);
  const outerOf = outerAmong(new Set(beatenKeys.map(([, { path }]) => path)));
  const stays = new Set(left.flatMap(outerOf));
  const warned = under.warnings.filter((warning) =>
    outerOf(/^.*?(?=: |$)/s.exec(warning)?.[0] ?? '').every((path) => stays.has(path)),
  );
  for (const [key, entries] of Object.entries(over.add)) {
    add[key] = [...(add[key] ?? []), ...entries];
  }
  return {
    set: { ...set, ...over.set },
    add,
    defaults: { ...under.defaults, ...over.defaults },
    warnings: [...new Set([...warned, ...over.warnings, ...beaten])],
    faults: [...under.faults, ...over.faults],
  };
}

/** Those of some paths that are another one, or lead to it. A long path may have many dots. */
function outerAmong(paths: ReadonlySet<string>): (path: string) => string[] {
  const lengths = new Set([...paths].map(({ length }) => length));
  return (path) => {
    const found: string[] = [];
    for (let end = 0; end >= 0 && end < path.length; ) {
      end = path.indexOf('.', end + 1);
      const outer = lengths.has(end < 0 ? path.length : end) ? path.slice(0, end < 0 ? undefined : end) : '';
      if (paths.has(outer)) found.push(outer);
    }
    return found;
  };
}

/** The entries of a whole field that those of one kind replace. */
function replacedKind(key: string, setting: Setting, under: Mapping): string[] {
  const [field = key, kind] = key.split('#');
  const whole = under.set[field];
  if (kind === undefined || !Array.isArray(whole?.value)) return [];
  const said = wordsOf(setting);
  return whole.value.flatMap((entry: unknown, index) =>
    entryKind(field.split('.').at(-1) ?? '', entry) === kind && !said.has(JSON.stringify(entry))
      ? [`${whole.inner?.[index] ?? `${whole.path}.${index}`}: ${notSent(setting.path)}`]
      : [],
  );
}

/**
 * If one body sets both a whole field and one kind of its entries, combines them, because each
 * would replace the other. Supervisors come first
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`).
 */
export function joinKinds(mapping: Mapping): void {
  for (const [key, setting] of Object.entries(mapping.set)) {
    const [field = key, kind] = key.split('#');
    const whole = mapping.set[field];
    if (kind === undefined || !Array.isArray(whole?.value) || !Array.isArray(setting.value)) continue;
    const both = [settingsOf(whole), settingsOf(setting)];
    mapping.set[field] = asList((kind === 'supervisor' ? both.reverse() : both).flat(), whole.path);
    delete mapping.set[key];
  }
}

/** The path of a setting, and those of entries that came under another name. */
function pathsOf(setting: Setting): string[] {
  const { path } = setting;
  const others = settingsOf(setting).map((entry) => entry.path);
  return [path, ...others.filter((at) => at !== path && !at.startsWith(`${path}.`))];
}

/** What a setting says, as a whole and per entry. */
function wordsOf({ value }: Setting): ReadonlySet<string> {
  const parts: unknown[] = Array.isArray(value) ? value : [];
  return new Set([value, ...parts].map((one) => JSON.stringify(one)));
}
