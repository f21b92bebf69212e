import type { Mapper, Setting } from './mapping.js';
import type { Creator } from './person.js';
import { joined } from './values.js';

/** The same for people of one name. */
export function personKey({ value }: Setting): string {
  const { person_or_org: who } = value as Creator;
  return JSON.stringify([who.name, who.family_name, who.given_name]).toLowerCase();
}

/**
 * Removes duplicates: the same name with the same role is one person, with all details combined.
 * In one list two entries that differ are two people.
 */
export function onceEach<T extends Setting>(people: T[], into: Mapper): T[] {
  const seen = new Map<string, T>();
  const lists = new Map<string, string>();
  const given = new Set<string>();
  for (const someone of people) {
    const { role } = someone.value as Creator & { role?: unknown };
    const value = JSON.stringify(someone.value);
    if (given.has(value)) continue;
    given.add(value);
    const key = `${personKey(someone)} ${JSON.stringify(role)}`;
    const before = seen.get(key);
    const isTwo = before !== undefined && lists.get(key) === listAt(someone);
    if (isTwo)
      into.warn(someone.path, `names “${nameOf(someone)}” twice, with different details; both were sent.`);
    const both = before === undefined ? someone : isTwo ? null : withBoth(before, someone);
    seen.set(both === null ? `${key} ${seen.size}` : key, both ?? someone);
    if (both !== null) lists.set(key, listAt(someone));
  }
  return [...seen.values()];
}

/** A name for a sentence. */
function nameOf({ value }: Setting): string {
  const { name, family_name: family, given_name: given } = (value as Creator).person_or_org;
  return joined([name, family, given], ', ');
}

/** The path of the list that an entry stands in. */
export function listAt({ path }: Setting): string {
  return path.replace(/\.\d+$/, '');
}

function withBoth<T extends Setting>(one: T, other: T): T | null {
  const value = joinPeople(one.value as Creator, other.value as Creator);
  return value === null ? null : { ...one, value };
}

/**
 * Combines two entries of one person. Null if they have different identifiers of one kind, and so
 * are two people.
 */
export function joinPeople(a: Creator, b: Creator): Creator | null {
  const ids = [...(a.person_or_org.identifiers ?? [])];
  for (const id of b.person_or_org.identifiers ?? []) {
    const same = ids.find(({ scheme }) => scheme === id.scheme);
    if (same !== undefined && same.identifier !== id.identifier) return null;
    if (same === undefined) ids.push(id);
  }
  const places = [...(a.affiliations ?? [])];
  for (const place of b.affiliations ?? []) {
    if (!places.some((known) => JSON.stringify(known) === JSON.stringify(place))) places.push(place);
  }
  return {
    ...a,
    person_or_org: { ...a.person_or_org, ...(ids.length > 0 ? { identifiers: ids } : {}) },
    ...(places.length > 0 ? { affiliations: places } : {}),
  };
}
