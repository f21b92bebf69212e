import type { Caller } from '../connections/caller.js';
import type { Draft } from '../database/generated/client.js';
import type { FieldFault } from '../errors.js';
import { originOf } from '../rdmc/mapping.js';
import { examineFiles, type FoundFile } from '../rdmc/publishable.js';
import { inCallersTerms } from '../rdmc/rdm-fields.js';
import type { DescriptionRequest } from '../rdmc/request.js';
import { isBlank } from '../rdmc/scalars.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { type DraftsContext, type Limits, prove } from './context.js';
import { merged } from './description.js';
import { type AccessRow, listed, openedByAccident, restrictedOf } from './manifest-guard.js';
import { alikeOnDraft, type Plan, planUpload } from './planned-files.js';
import { complaints } from './preservation.js';
import { readDeposition } from './reading.js';
import { stateOf } from './view.js';
import { unknownToZenodo } from './vocabularies.js';

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
  await prove(context, caller, limits);
  const { files, ...rest } = body;
  const where = { owner_depositionId: { owner: caller.owner, depositionId } };
  const row = await context.database.draft.findUnique({ where });
  const request = await context.workers.run('readDescription', rest, row?.manifest ?? null, depositionId);
  const deposition = await readDeposition(context, caller, depositionId, limits);
  return examine(context, caller, { deposition, request, row, planned: planUpload(files) }, limits);
}

/** A draft, what a call says about it, and what is known of it here. */
interface Examined {
  deposition: ZenodoDeposition;
  request: DescriptionRequest;
  row: (AccessRow & Pick<Draft, 'licenseAssumed'>) | null;
  planned: Plan;
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
  const metadata = await merged(context, deposition.metadata, request);
  const today = new Date(context.now()).toISOString().slice(0, 10);
  const present = (deposition.files ?? []).map(({ filename, filesize }) => ({
    name: filename,
    size: filesize,
  }));
  const findings = [
    ...(await context.workers.run(
      'examineMetadata',
      metadata,
      today,
      isBlank(mapping.set['license']) ? (row?.licenseAssumed ?? null) : null,
    )),
    ...examineFiles(together(present, planned.files), context.fileLimits),
  ];
  const warnings = [...mapping.warnings];
  for (const { kind, field, message } of findings) {
    const at = field.startsWith('files') ? field : originOf(mapping, `metadata.${field}`);
    if (kind === 'problem') problems.push({ field: at, message });
    else warnings.push(`${at}: ${message}.`);
  }
  problems.push(...planned.problems);
  warnings.push(...alikeOnDraft(planned.files, present));
  const unknown = await unknownToZenodo(context, caller, mapping, limits);
  problems.push(...unknown.problems);
  warnings.push(...unknown.warnings);
  if (await context.uploads.isOpen(deposition.id)) {
    problems.push({ field: 'files', message: 'an upload to this deposition is not finished' });
  }
  const opened = await openThoughRestricted(context, request, row, metadata);
  problems.push(...opened.problems);
  warnings.push(...opened.warnings);
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

/** A planned file replaces the present one of its name. */
function together(present: FoundFile[], planned: FoundFile[]): FoundFile[] {
  return [...new Map([...present, ...planned].map((file) => [file.name, file])).values()];
}

/** Files that would lie open although an artifact is not public. A body is saved with the guard, which closes them; without one nothing does. */
async function openThoughRestricted(
  context: DraftsContext,
  { mapping, restricted: named, decided, manifest }: DescriptionRequest,
  row: AccessRow | null,
  metadata: Record<string, unknown>,
): Promise<{ problems: FieldFault[]; warnings: string[] }> {
  const restricted = [...named, ...(row === null ? [] : await restrictedOf(context.workers, row))];
  const open = (metadata['access_right'] ?? 'open') === 'open';
  if (restricted.length === 0 || !open) return { problems: [], warnings: [] };
  const says = (what: string) => ({
    problems: [],
    warnings: [`access_right: ${what}: ${listed(restricted)}.`],
  });
  if (row?.accessDecided || decided)
    return says('open, as you decided, although these artifacts are not public');
  const isSaved = manifest !== null || Object.keys({ ...mapping.set, ...mapping.add }).length > 0;
  const message = isSaved || row === null ? null : await openedByAccident(context, row, metadata);
  return message === null
    ? says('will be made restricted, because of')
    : { problems: [{ field: 'metadata.access_right', message }], warnings: [] };
}
