import { Readable } from 'node:stream';
import { type Caller, connectionOf } from '../connections/caller.js';
import { Problem, problem } from '../errors.js';
import { MAX_MANIFEST } from '../rdmc/manifest.js';
import { type Deadline, withDeadline } from '../time.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { unreachable, zenodoLate } from '../zenodo/judge.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import { bucketIdOf } from '../zenodo/paths.js';
import { getRdmDraft, type RdmDraft, reserveDoi } from '../zenodo/rdm-draft.js';
import { ask, type DraftsContext, type Limits } from './context.js';
import { guardAccess, lookInto, manifestsSeen } from './manifest-guard.js';
import { readDeposition } from './reading.js';

const MANIFEST = 'manifest.rdmc';

/** A DOI that a deposition has, and the manifest that names it. */
export interface ReservedDoi {
  doi: string;
  /** True once it is registered with the published record. */
  registered: boolean;
  /** The text with the DOI in it; null if none was asked for or known. */
  manifest: string | null;
  /** True if the manifest.rdmc on the draft was replaced by it. */
  manifestReplaced: boolean;
}

/**
 * Reserves the DOI that a draft will be published under, for real: the `prereserve_doi` of the older dialect is only a guess, and wrong on
 * the sandbox (zenodo/zenodo#2561). Repeating answers the same DOI. With `manifest` set, the DOI is written into that text or, if it is `true`,
 * into the manifest.rdmc on the draft. Throws `not_publishable`-like refusals of Zenodo's as they are.
 */
export async function reserve(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  manifest: string | true | null,
  limits: Limits,
): Promise<ReservedDoi> {
  const deposition = await readDeposition(context, caller, depositionId, limits);
  const registered = deposition.submitted;
  const doi = deposition.doi || (await reserved(context, caller, depositionId, limits));
  const none = { doi, registered, manifest: null, manifestReplaced: false };
  if (manifest === null) return none;
  const onDraft = (deposition.files ?? []).some(({ filename }) => filename === MANIFEST);
  const text =
    manifest === true
      ? onDraft
        ? await download(context, caller, deposition, limits)
        : await remembered(context, caller, depositionId)
      : manifest;
  if (text === null) {
    throw problem(
      'invalid_request',
      'No manifest.rdmc is known for this deposition. Upload it first, or send its text as `manifest`.',
      { errors: [{ field: 'manifest', message: 'no manifest is known' }] },
    );
  }
  const written = await context.workers.run('writeDoi', text, doi);
  const ownFindings = await lookInto(context.workers, written);
  const replace = onDraft && !registered;
  await manifestsSeen(context, caller, depositionId, { own: written, ownFindings, others: [] });
  if (replace) await upload(context, caller, deposition, written, limits);
  if (!registered) await guardAccess(context, caller, depositionId, limits);
  return { doi, registered, manifest: written, manifestReplaced: replace };
}

async function reserved(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
): Promise<string> {
  const view = () =>
    ask(
      context,
      caller,
      limits,
      (token, call) => getRdmDraft(context.zenodo, token, depositionId, call),
      depositionId,
    );
  const before = doiOf(await view());
  if (before !== null) return before;
  try {
    const draft = await ask(
      context,
      caller,
      limits,
      (token, call) => reserveDoi(context.zenodo, token, depositionId, call),
      depositionId,
    );
    context.audit('doi_reserved', { deposition_id: depositionId, connection_id: connectionOf(caller) });
    const doi = doiOf(draft);
    if (doi !== null) return doi;
  } catch (error) {
    // Refused because it is there already, or done without our hearing of it: either way it can be read.
    const there = error instanceof Problem && error.code === 'invalid_metadata';
    if (!there && !isOutcomeUnknown(error)) throw error;
    const doi = doiOf(await view());
    if (doi !== null) return doi;
    throw error;
  }
  throw problem('zenodo_invalid_answer', 'Zenodo reserved a DOI but does not name it. Try again later.');
}

function doiOf({ pids }: RdmDraft): string | null {
  const doi = pids?.['doi'] as { identifier?: unknown } | undefined;
  return typeof doi?.identifier === 'string' && doi.identifier !== '' ? doi.identifier : null;
}

async function remembered(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
): Promise<string | null> {
  const where = { owner_depositionId: { owner: caller.owner, depositionId } };
  return (await context.database.draft.findUnique({ where }))?.manifest ?? null;
}

async function download(
  context: DraftsContext,
  caller: Caller,
  deposition: ZenodoDeposition,
  limits: Limits,
): Promise<string> {
  const bucket = bucketOf(context, deposition);
  const read = ({ signal }: Deadline) =>
    ask(context, caller, limits, async (token) => {
      const { body } = await context.zenodo.openFile(token, bucket, MANIFEST, signal);
      signal.addEventListener('abort', () => body.destroy(signal.reason as Error), { once: true });
      return readManifest(body).catch((error: unknown) => {
        throw unreachable(error, signal);
      });
    });
  return withDeadline(limits.deadline - context.now(), limits.signal, read, zenodoLate);
}

async function readManifest(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > MAX_MANIFEST) {
      throw problem('invalid_manifest', 'The manifest.rdmc on the draft is larger than 10 MB.');
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function upload(
  context: DraftsContext,
  caller: Caller,
  deposition: ZenodoDeposition,
  text: string,
  limits: Limits,
): Promise<void> {
  const bucket = bucketOf(context, deposition);
  const bytes = Buffer.from(text, 'utf8');
  const put = ({ signal }: Deadline) =>
    ask(
      context,
      caller,
      limits,
      (token) => {
        const body = Readable.from([bytes]);
        return context.zenodo.putFile(bucket, MANIFEST, { token, size: bytes.length, body, signal });
      },
      deposition.id,
    );
  await withDeadline(limits.deadline - context.now(), limits.signal, put, zenodoLate);
}

function bucketOf(context: DraftsContext, deposition: ZenodoDeposition): string {
  const bucket = bucketIdOf(deposition.links['bucket'] as string | undefined, context.zenodo.origin);
  if (bucket !== null) return bucket;
  throw problem(
    'zenodo_invalid_answer',
    'Zenodo did not say where the files of this draft are. Try again later.',
  );
}
