import { type FieldFault, listedFaults, MAX_FAULTS } from '../errors.js';
import { inCallersTerms } from '../metadata/error-paths.js';
import { readDoi } from '../metadata/identifiers.js';
import { listedWarnings, originOf } from '../metadata/mapping.js';
import type { DraftContent, StoredDraft } from '../metadata/merge.js';
import type { MetadataCall } from '../metadata/metadata-call.js';
import { examineFiles, type FoundFile, type PublicationFinding, rightOf } from '../metadata/publish-rules.js';
import { standing } from '../metadata/restricted.js';
import { isObject, textOf } from '../metadata/values.js';
import { alikeOnDraft, type Plan } from '../uploads/plan/planned-files.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { nullIfGone } from '../zenodo/outcome.js';
import type { RdmDraft } from '../zenodo/rdm-draft.js';
import type { RecordsApi } from '../zenodo/records-api.js';
import { type AccessRow, listed, openedByAccident, restrictedOf, WITH_ACCESS } from './access-guard.js';
import type { Call } from './call.js';
import { today } from './context.js';
import { readView } from './draft-view.js';
import { lookUp, readRequest } from './lookups.js';
import { stateOf } from './view.js';

/** Everything that would prevent a publication, and everything that would surprise. */
interface CheckResult {
  publishable: boolean;
  problems: FieldFault[];
  warnings: string[];
}

/**
 * Checks a draft as it is, or as it would be with the metadata and files of `body`, and lists what
 * would prevent or damage its publication. Changes nothing. Invalid tokens, ids and bodies are
 * refused as by other calls.
 */
export async function checkDraft(
  call: Call,
  depositionId: number,
  body: Record<string, unknown>,
): Promise<CheckResult> {
  const { caller, context } = call;
  await context.prove(caller, call.limits);
  const { files, ...rest } = body;
  const where = { owner_depositionId: { owner: caller.owner, depositionId } };
  const row = await context.database.draft.findUnique({ where, include: WITH_ACCESS });
  const request = await readRequest(call, rest, row, depositionId);
  if (request.mapping.faults.length === 0) request.mapping = await lookUp(call, request.mapping);
  // A published record has no draft until an edit is opened.
  const draft = await call.records.getDraft(depositionId).catch(nullIfGone);
  const { deposition } =
    draft === null
      ? { deposition: await call.deposits.read(depositionId) }
      : await readView(call, depositionId, draft);
  const { content: _content, ...checked } = await examine(call, {
    deposition,
    draft,
    request,
    row,
    planned: await call.parser.run('planGivenFiles', files, context.fileLimits.depositionFiles),
  });
  return checked;
}

/** A draft, the metadata of a call, and the draft's row. */
interface Examined {
  deposition: ZenodoDeposition;
  draft: RdmDraft | null;
  request: MetadataCall;
  row: AccessRow | null;
  planned: Plan;
}

/**
 * What would prevent or damage the publication of a draft with this metadata and these files, and
 * the resulting draft.
 */
export async function examine(
  call: Call,
  { deposition, draft, request, row, planned }: Examined,
): Promise<CheckResult & { content: DraftContent }> {
  const { context, records, parser } = call;
  const { mapping, mode } = request;
  const problems = [...mapping.faults];
  if (stateOf(deposition) === 'published') {
    problems.push({ field: 'state', message: 'is already published: open an edit or create a new version' });
  }
  const review = REVIEWS.get(draft?.status ?? '');
  if (review !== undefined) problems.push({ field: 'state', message: review });
  const present = (deposition.files ?? []).map(({ filename, filesize }) => ({
    name: filename,
    size: filesize,
  }));
  const before: StoredDraft = draft ?? { metadata: {} };
  const { content, origins, warnings } = await parser.run(
    'mergeDraft',
    before,
    mapping,
    mode,
    today(context),
  );
  const judged = saysNothing(request) ? withoutAssumed(content, before) : content;
  const findings = [
    ...(draft === null ? [] : await parser.run('examineDraft', judged, today(context))),
    ...(draft === null ? [] : await wrongDoi(records, content, deposition)),
    ...examineFiles(together(present, planned.files), context.fileLimits),
  ];
  for (const { kind, field, message } of findings) {
    const at = originOf(origins, field) ?? inCallersTerms({ field, message }).field;
    if (kind === 'warning') warnings.push(`${at}: ${message}.`);
    else if (field.startsWith('files')) problems.push({ field, message });
    // More are not listed anyway.
    else if (problems.length > MAX_FAULTS || !problems.some((one) => areNested(one.field, at)))
      problems.push({ field: at, message });
  }
  problems.push(...planned.problems);
  warnings.push(...alikeOnDraft(planned.files, present));
  const open = await context.uploads.openUpload(deposition.id);
  if (open !== null) {
    const message = `the upload ${open} to this deposition is not finished: wait for it, or cancel it`;
    problems.push({ field: 'files', message });
  }
  const opened = await openThoughRestricted(call, request, row, rightOf(judged.access));
  problems.push(...opened.problems);
  warnings.push(...opened.warnings);
  return {
    publishable: problems.length === 0,
    problems: listedFaults(problems),
    warnings: listedWarnings(warnings),
    content,
  };
}

/** Whether one of two paths is the other, or leads to it. */
function areNested(one: string, other: string): boolean {
  const [outer, inner] = one.length < other.length ? [one, other] : [other, one];
  return inner.startsWith(outer) && (inner.length === outer.length || inner[outer.length] === '.');
}

/**
 * A review blocks publication from its selection until it is closed
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/components/review.py`).
 */
const CHOSEN =
  'has a community review that is not submitted: submit it, or remove the community, on Zenodo’s page';
const REVIEWS: ReadonlyMap<string, string> = new Map([
  ['in_review', 'is in community review: wait, or cancel the review on Zenodo’s page'],
  ['draft_with_review', CHOSEN],
  ['new_version_draft_with_review', CHOSEN],
]);

/**
 * An external DOI that another record already has, or one that is not that of the published record:
 * Zenodo does not publish such a draft.
 */
async function wrongDoi(
  records: RecordsApi,
  { pids }: DraftContent,
  { id, submitted }: ZenodoDeposition,
): Promise<PublicationFinding[]> {
  const { doi } = pids;
  if (!isObject(doi) || doi['provider'] !== 'external') return [];
  const known = readDoi(textOf(doi['identifier']) ?? '');
  if (known === null) return [];
  const stop = (message: string): PublicationFinding[] => [{ kind: 'problem', field: 'pids.doi', message }];
  const other = await records.recordWithDoi(known);
  if (other !== null && other !== id) return stop(`is the DOI of record ${other} at Zenodo already`);
  const published = submitted ? await records.doiOf(id) : null;
  if (published === null || published.toLowerCase() === known.toLowerCase()) return [];
  return stop(`cannot change: the published record has the DOI ${published}`);
}

/**
 * Without a body nothing is saved, so the defaults that a save would add are absent, and access is
 * as it is stored.
 */
function withoutAssumed(content: DraftContent, { metadata: said, access }: StoredDraft): DraftContent {
  const metadata = Object.fromEntries(Object.entries(content.metadata).filter(([name]) => name in said));
  return { ...content, metadata, access: access ?? content.access };
}

function saysNothing({ mapping, mode }: MetadataCall): boolean {
  return mode === 'merge' && [mapping.set, mapping.add].every((said) => Object.keys(said).length === 0);
}

/** A planned file replaces a present one of the same name. */
function together(present: FoundFile[], planned: FoundFile[]): FoundFile[] {
  return [...new Map([...present, ...planned].map((file) => [file.name, file])).values()];
}

/**
 * Whether files would be public although an artifact is not. With a body the save restricts them;
 * without one nothing does.
 */
async function openThoughRestricted(
  call: Call,
  { mapping, restricted: named, decided, manifest }: MetadataCall,
  row: AccessRow | null,
  right: ReturnType<typeof rightOf>,
): Promise<{ problems: FieldFault[]; warnings: string[] }> {
  const said = standing(named, today(call.context));
  const restricted = [...said, ...(row === null ? [] : await restrictedOf(call, row))];
  if (restricted.length === 0 || right !== 'open') return { problems: [], warnings: [] };
  const says = (what: string) => ({
    problems: [],
    warnings: [`access_right: ${what}: ${listed(restricted)}.`],
  });
  if (row?.accessDecided || decided)
    return says('the files are open, as you decided, although these artifacts are not public');
  const isSaved = manifest !== null || Object.keys({ ...mapping.set, ...mapping.add }).length > 0;
  const message = isSaved || row === null ? null : await openedByAccident(call, row, { access_right: right });
  return message === null
    ? says('the files will be restricted because of these artifacts')
    : { problems: [{ field: 'metadata.access_right', message }], warnings: [] };
}
