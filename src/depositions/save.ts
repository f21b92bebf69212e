import { type FieldFault, isProblem, listedFaults, Problem, problem } from '../errors.js';
import { inCallersTerms } from '../metadata/error-paths.js';
import { type Mapping, originOf } from '../metadata/mapping.js';
import type { DraftContent } from '../metadata/merge.js';
import { isObject } from '../metadata/values.js';
import type { RdmDraft } from '../zenodo/rdm-draft.js';
import { messageOf } from '../zenodo/responses.js';
import type { Call } from './call.js';
import { type AccessContext, today } from './context.js';

/** How often a save is repeated because another program changed the draft. */
const ATTEMPTS = 5;

/** Missing required fields, in Zenodo's words: `check` reports those. */
const REQUIRED = /^metadata(?:\.(?:title|creators|resource_type|publication_date|publisher))?$/;
const MISSING = /^Missing /;

/** What the user decides about: it is not taken out of the draft. */
const USERS = /^(?:files|pids)(?:\.|$)/;

/** Zenodo's message for a key that it does not know. */
const UNKNOWN = 'Unknown field.';

/** How many entries of Zenodo's report are read. A list may have 10,000. */
const MAX_REPORTED = 10_000;

/** The result of a save. */
interface Saved {
  /** The draft, as Zenodo answered the last save. */
  draft: RdmDraft;
  content: DraftContent;
  /** What Zenodo did not accept, at the caller's paths. */
  dropped: FieldFault[];
  warnings: string[];
  /** What keeps the draft from being published, as Zenodo said with this save. */
  blockers: string[];
}

/** A mapping, and whether it is merged or replaces everything. */
interface Change {
  mapping: Mapping;
  mode: 'merge' | 'replace';
}

/**
 * Applies a mapping to the draft at Zenodo and saves it with one PUT for the revision that was
 * read. If another program saved meanwhile, it starts again. Values that Zenodo reports as invalid
 * stay in the draft and would block its publication, so a second PUT removes them, and they are
 * named. Throws `metadata_conflict`, `invalid_metadata` at the caller's paths, `already_published`.
 */
export async function saveDraft(
  call: Call<AccessContext>,
  depositionId: number,
  change: Change,
): Promise<Saved> {
  const { context, records, parser } = call;
  let failed: { revision: number | undefined; error: Problem } | null = null;
  for (let attempt = 1; ; attempt += 1) {
    const before = await readDraft(call, depositionId);
    const { revision_id: revision } = before;
    // Zenodo answers 500 to one of two simultaneous saves. If the revision did not change, it is a
    // failure.
    if (failed !== null && failed.error.code !== 'metadata_conflict' && failed.revision === revision)
      throw failed.error;
    const { mapping, mode } = change;
    const merged = await parser.run('mergeDraft', before, mapping, mode, today(context));
    try {
      const draft = await records.putDraft(depositionId, merged.content, revision);
      const all = faultsOf(draft);
      const reported = all.filter(
        ({ field, message }) => !USERS.test(field) && !(REQUIRED.test(field) && MISSING.test(message)),
      );
      const ours = reported.filter(({ field }) => originOf(merged.origins, field) !== null);
      const dropped = ours.map((fault) => atOrigin(fault, merged.origins));
      const { content } = merged;
      const warnings = [...merged.warnings, ...all.flatMap((one) => aboutDoi(one, merged.origins))];
      const blockers = blockedBy(draft, merged.origins);
      if (ours.length === 0) return { draft, content, dropped, warnings, blockers };
      takeOut(content, ours);
      const cleaned = await records.putDraft(depositionId, content, draft.revision_id);
      return { draft: cleaned, content, dropped, warnings, blockers };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const isRace = error.code === 'metadata_conflict' || error.members.zenodo?.status === 500;
      if (!isRace || attempt === ATTEMPTS) throw atOrigins(error, merged);
      failed = { revision, error };
    }
  }
}

/** The draft or open edit. Throws `already_published` if there is none. */
export async function readDraft(
  { records, deposits }: Call<AccessContext>,
  depositionId: number,
): Promise<RdmDraft> {
  try {
    return await records.getDraft(depositionId);
  } catch (error) {
    if (!isProblem(error, 'deposition_not_found')) throw error;
    const { submitted, state } = await deposits.read(depositionId);
    throw submitted && state === 'done' ? isPublished(depositionId) : error;
  }
}

/** The problem for a write to a published record. */
function isPublished(depositionId: number): Problem {
  return problem(
    'already_published',
    `Deposition ${depositionId} is published. POST /depositions/${depositionId}/edit opens its metadata. POST /depositions/${depositionId}/versions creates a new version.`,
  );
}

/**
 * The faults that Zenodo reports about a saved draft, without those of checks of communities, which
 * have a severity.
 */
function faultsOf({ errors = [] }: RdmDraft): FieldFault[] {
  return errors
    .filter(({ severity }) => severity === undefined)
    .slice(0, MAX_REPORTED)
    .map(({ field, ...said }) => ({ field, message: messageOf(said) }));
}

/** A fault of a DOI that was sent. The DOI stays in the draft: the user must decide about it. */
function aboutDoi({ field, message }: FieldFault, origins: ReadonlyMap<string, string>): string[] {
  const origin = /^pids\.doi$/.test(field) ? originOf(origins, field) : null;
  return origin === null ? [] : [`${origin}: Zenodo will not publish the draft with this DOI: ${message}`];
}

/** What the checks of a community will refuse. Only the answer to a save has it. */
function blockedBy({ errors = [] }: RdmDraft, origins: ReadonlyMap<string, string>): string[] {
  return errors.slice(0, MAX_REPORTED).flatMap(({ field, severity, ...said }) => {
    if (severity !== 'error') return [];
    const message = messageOf(said);
    const at = originOf(origins, field) ?? inCallersTerms({ field, message }).field;
    return [`${at}: Zenodo will not publish the draft because of a check of its community: ${message}`];
  });
}

function atOrigin({ field, message }: FieldFault, origins: ReadonlyMap<string, string>): FieldFault {
  return { field: originOf(origins, field) ?? field, message };
}

/**
 * A refusal with the caller's own paths. For a value that is in no vocabulary Zenodo does not name
 * the place.
 */
function atOrigins(
  error: Problem,
  { content, origins }: { content: DraftContent; origins: ReadonlyMap<string, string> },
): Problem {
  const listed = error.members.errors ?? [];
  const value = /^Invalid value (.+)\.$/.exec(error.members.zenodo?.message ?? '')?.[1];
  const found = listed.length > 0 || value === undefined ? [] : pathsOf(content, value, '');
  const unlisted = found.map((field) => ({ field, message: `Zenodo does not know the value ${value}.` }));
  const errors = listedFaults([...listed, ...unlisted].map((fault) => atOrigin(fault, origins)));
  if (errors.length === 0) return error;
  const names = errors.map(({ field, message }) => `${field}: ${message}`).join(' ');
  return problem(error.code, `Zenodo refused the metadata. ${names}`, { ...error.members, errors }, error);
}

function pathsOf(item: unknown, value: string, path: string): string[] {
  if (item === value) return [path];
  if (typeof item !== 'object' || item === null) return [];
  return Object.entries(item).flatMap(([key, inner]) =>
    pathsOf(inner, value, path === '' ? key : `${path}.${key}`),
  );
}

/**
 * Removes the fields that were reported. All are found before the first is removed, so that two
 * reports about one entry of a list remove one entry.
 */
function takeOut(content: DraftContent, reported: FieldFault[]): void {
  const found = new Map<unknown[] | Record<string, unknown>, Set<string>>();
  for (const fault of reported) {
    const place = placeOf(content, fault);
    if (place === null) continue;
    found.set(place.holder, (found.get(place.holder) ?? new Set()).add(place.key));
  }
  for (const [holder, keys] of found) {
    if (!Array.isArray(holder)) for (const key of keys) delete holder[key];
    else for (const index of [...keys].map(Number).sort((a, b) => b - a)) holder.splice(index, 1);
  }
}

interface Place {
  holder: unknown[] | Record<string, unknown>;
  key: string;
}

/**
 * Where that is which a fault is about: a list as a whole and an unknown key by themselves, else
 * the innermost list entry that the path leads through. Without one of its fields, an entry may be
 * one that Zenodo cannot show.
 */
function placeOf(content: DraftContent, { field, message }: FieldFault): Place | null {
  const parts = field.split('.');
  const trail: Place[] = [];
  let value: unknown = content;
  for (const key of parts) {
    if (!(isObject(value) || Array.isArray(value)) || !Object.hasOwn(value, key)) break;
    trail.push({ holder: value, key });
    value = (value as Record<string, unknown>)[key];
  }
  const isItself = trail.length === parts.length && (Array.isArray(value) || message === UNKNOWN);
  const entry = isItself ? undefined : trail.findLast(({ holder }) => Array.isArray(holder));
  return trail.length < 2 ? null : (entry ?? trail.at(-1) ?? null);
}
