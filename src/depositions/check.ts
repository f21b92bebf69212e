import type { Caller } from '../connections/caller.js';
import { Problem } from '../errors.js';
import { originOf } from '../rdmc/mapping.js';
import { mergeMetadata } from '../rdmc/merge.js';
import { examineFiles, examineMetadata, type PlannedFile } from '../rdmc/publishable.js';
import { inCallersTerms } from '../rdmc/rdm-fields.js';
import { type DescriptionRequest, readDescription, restrictedIn } from '../rdmc/request.js';
import { checkName } from '../uploads/intake/names.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { licenseIsKnown } from '../zenodo/licenses.js';
import { ask, type DraftsContext, type Limits } from './context.js';
import { complaints } from './preservation.js';
import { readDeposition } from './reading.js';
import { stateOf } from './representation.js';

/** Everything that would stop a publication, and everything that would surprise. */
export interface Checked {
  publishable: boolean;
  problems: { field: string; message: string }[];
  warnings: string[];
}

/**
 * Looks at a draft as it is, and as it would be with the metadata and files of `body`, and says all that would stop or spoil its publication.
 * Changes nothing. A dead token, a wrong id and a body that cannot be read are answered as by any other call.
 */
export async function checkDraft(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  body: Record<string, unknown>,
  limits: Limits,
): Promise<Checked> {
  const { files, ...rest } = body;
  const where = { owner_depositionId: { owner: caller.owner, depositionId } };
  const row = await context.database.draft.findUnique({ where });
  const request = readDescription(rest, row?.manifest ?? null);
  const deposition = await readDeposition(context, caller, depositionId, limits);
  return examine(context, caller, { deposition, request, row, planned: plannedFiles(files) }, limits);
}

/** A draft, what a call says about it, and what is known of it here. */
interface Examined {
  deposition: ZenodoDeposition;
  request: DescriptionRequest;
  row: { manifest: string | null; accessDecided: boolean } | null;
  planned: PlannedFile[];
}

/** What would stop or spoil the publication of a draft if it were described and filled like that. */
export async function examine(
  context: DraftsContext,
  caller: Caller,
  { deposition, request, row, planned }: Examined,
  limits: Limits,
): Promise<Checked> {
  const { mapping } = request;
  const problems = [...mapping.faults];
  if (stateOf(deposition) === 'published') {
    problems.push({ field: 'state', message: 'is published already: open an edit or a new version' });
  }
  const metadata = mergeMetadata(deposition.metadata, mapping, request.mode);
  const today = new Date(context.now()).toISOString().slice(0, 10);
  const present = (deposition.files ?? []).map(({ filename, filesize }) => ({
    name: filename,
    size: filesize,
  }));
  const findings = [...examineMetadata(metadata, today), ...examineFiles(together(present, planned))];
  const warnings = [...mapping.warnings];
  for (const { kind, field, message } of findings) {
    const at = field.startsWith('files') ? field : originOf(mapping, `metadata.${field}`);
    if (kind === 'problem') problems.push({ field: at, message });
    else warnings.push(`${at}: ${message}.`);
  }
  problems.push(...badNames(planned));
  warnings.push(...(await licenseWarnings(context, caller, request, limits)));
  if (await context.uploads.isOpen(deposition.id)) {
    problems.push({ field: 'files', message: 'an upload to this deposition is not finished' });
  }
  warnings.push(...openThoughRestricted(request, row, metadata));
  for (const fault of await complaints(context, caller, deposition.id, limits)) {
    const { field, message } = inCallersTerms(fault);
    const known = problems.some((one) => one.field === field || one.field === originOf(mapping, field));
    // What this body would mend is no problem any more.
    const mended = !isMissing(message) && Object.hasOwn(mapping.set, field.split('.')[1] ?? '');
    if (!known && !mended && !isMissing(message)) problems.push({ field: originOf(mapping, field), message });
  }
  return { publishable: problems.length === 0, problems, warnings };
}

function isMissing(message: string): boolean {
  return /missing data for required field|missing uploaded files/i.test(message);
}

/** Files that would be sent: `[{name, size}]` or `{name: size}`. */
function plannedFiles(value: unknown): PlannedFile[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      if (typeof item === 'string') return [{ name: item }];
      if (typeof item !== 'object' || item === null) return [];
      const { name, filename, size } = item as { name?: unknown; filename?: unknown; size?: unknown };
      const file = String(name ?? filename ?? '');
      return [{ name: file, size: typeof size === 'number' ? size : undefined }];
    });
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, size]) => ({
    name,
    size: typeof size === 'number' ? size : undefined,
  }));
}

/** A planned file replaces the present one of its name. */
function together(present: PlannedFile[], planned: PlannedFile[]): PlannedFile[] {
  return [...new Map([...present, ...planned].map((file) => [file.name, file])).values()];
}

function badNames(files: PlannedFile[]): { field: string; message: string }[] {
  return files.flatMap(({ name }) => {
    try {
      checkName(name);
      return [];
    } catch (error) {
      return error instanceof Problem ? [{ field: `files.${name}`, message: error.detail }] : [];
    }
  });
}

/** A licence that is not in Zenodo's vocabulary ends in the notes, unless it is one of the ids of old. */
async function licenseWarnings(
  context: DraftsContext,
  caller: Caller,
  { mapping }: DescriptionRequest,
  limits: Limits,
): Promise<string[]> {
  const license = mapping.set['license'];
  if (typeof license !== 'string') return [];
  const known = await ask(context, caller, limits, (token, call) =>
    licenseIsKnown(context.zenodo, token, license, call),
  ).catch(() => true);
  return known
    ? []
    : [
        `${originOf(mapping, 'license')}: Zenodo’s vocabulary has no ${license}; it may end in the notes only.`,
      ];
}

function openThoughRestricted(
  request: DescriptionRequest,
  row: { manifest: string | null; accessDecided: boolean } | null,
  metadata: Record<string, unknown>,
): string[] {
  const restricted = [...request.restricted, ...(row?.manifest ? restrictedIn(row.manifest) : [])];
  const open = (metadata['access_right'] ?? 'open') === 'open';
  if (restricted.length === 0 || !open) return [];
  const names = [...new Set(restricted)].join(', ');
  const decided = row?.accessDecided === true || request.mapping.set['access_right'] === 'open';
  return [
    decided
      ? `access_right: open, as you decided, although these artifacts are not public: ${names}.`
      : `access_right: will be made restricted, because of ${names}.`,
  ];
}
