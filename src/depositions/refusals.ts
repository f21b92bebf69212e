import { type Problem, problem } from '../errors.js';
import { licenseNote, NOT_OPEN, notOpen } from '../rdmc/licenses.js';
import { type Mapping, originOf } from '../rdmc/mapping.js';
import type { RdmDraft } from '../zenodo/rdm-draft.js';

/**
 * Puts `other-closed` in place of a licence that Zenodo refused, and its name into the notes. False if the refusal was about something else, or if the caller
 * wrote an id of Zenodo's own in its own metadata: there a wrong one is refused, as by Zenodo.
 */
export function withoutLicense(mapping: Mapping, fault: Problem): boolean {
  const refused = (fault.members.errors ?? []).some(({ field }) => field === 'metadata.license');
  const license = mapping.set['license'];
  const origin = originOf(mapping, 'license');
  if (!refused || typeof license !== 'string' || license === NOT_OPEN || origin === 'metadata.license')
    return false;
  mapping.set['license'] = NOT_OPEN;
  mapping.notes.push(licenseNote([license]));
  mapping.warnings.push(notOpen(origin, license));
  return true;
}

/** What Zenodo itself gave and does not take back is left out, if it can be put back afterwards. */
export function leaveOut(
  fault: Problem,
  mapping: Mapping,
  before: RdmDraft | null,
  leftOut: Set<string>,
): boolean {
  const names = (fault.members.errors ?? []).map(({ field }) => field.split('.')[1] ?? '');
  const foreign = names.filter(
    (name) => name !== '' && !touchedFields(mapping).has(name) && !leftOut.has(name),
  );
  if (before === null || foreign.length === 0) return false;
  for (const name of foreign) leftOut.add(name);
  return true;
}

/** Metadata without some of its fields. */
export function without(metadata: Record<string, unknown>, names: Set<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !names.has(name)));
}

/** A refusal of Zenodo's at the paths of whoever wrote what was refused. */
export function inCallersPaths(fault: Problem, mapping: Mapping): Problem {
  const listed = fault.members.errors ?? [];
  const faults = listed.length > 0 ? listed : unlisted(fault, mapping);
  const errors = faults.map(({ field, message }) => ({ field: originOf(mapping, field), message }));
  return problem(fault.code, fault.detail, { ...fault.members, errors }, fault);
}

/** A value that is in none of Zenodo's vocabularies is named, but not the field it is in. */
function unlisted(fault: Problem, { set }: Mapping): { field: string; message: string }[] {
  const value = /^Invalid value (.+)\.$/.exec(fault.members.zenodo?.message ?? '')?.[1]?.toLowerCase();
  if (value === undefined) return [];
  const found = Object.entries(set).flatMap(([name, item]) => pathsOf(item, value, `metadata.${name}`));
  return found.map((field) => ({ field, message: `Zenodo does not know the value ${value}.` }));
}

function pathsOf(item: unknown, value: string, path: string): string[] {
  if (typeof item === 'string')
    return value.split('-').includes(item.toLowerCase()) || item.toLowerCase() === value ? [path] : [];
  if (typeof item !== 'object' || item === null) return [];
  return Object.entries(item).flatMap(([key, inner]) => pathsOf(inner, value, `${path}.${key}`));
}

/** Fields of Zenodo's that the caller wrote to. */
export function touchedFields(mapping: Mapping): Set<string> {
  const names = Object.keys(mapping.set).filter((name) => mapping.set[name] !== null);
  return new Set([...names, ...Object.keys(mapping.add), ...(mapping.notes.length > 0 ? ['notes'] : [])]);
}
