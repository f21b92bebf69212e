import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { problem } from '../errors.js';
import { MAX_MANIFEST } from '../metadata/parse-manifest.js';
import { withDeadline } from '../time.js';
import { bucketOf, type DepositApi } from '../zenodo/deposit-api.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { isBadRequest, isOutcomeUnknown, sendOnce } from '../zenodo/outcome.js';
import type { RdmDraft } from '../zenodo/rdm-draft.js';
import { unreachable, zenodoLate } from '../zenodo/unreachable.js';
import { examineManifest, guardAccess, recordManifests } from './access-guard.js';
import type { Call } from './call.js';

const MANIFEST = 'manifest.rdmc';

/** Has the form of Zenodo's DOIs, with the prefix for tests, 10.5072. */
const TRIAL_DOI = '10.5072/zenodo.1234567';

/** The DOI of a deposition, and the manifest with that DOI. */
interface ReservedDoi {
  doi: string;
  /** Whether it is registered, which happens at publication. */
  registered: boolean;
  /** The text with the DOI; null if none was requested or stored. */
  manifest: string | null;
  /** Whether it replaced the manifest.rdmc on the draft. */
  manifestReplaced: boolean;
}

/**
 * Reserves the DOI that a draft will be published with. The deposit API's `prereserve_doi` is only
 * a guess, and wrong on the sandbox (zenodo/zenodo#2561). Repeating returns the same DOI.
 * `manifest` is a text that the DOI is written into; with `true`, it is written into the
 * manifest.rdmc on the draft. Throws Zenodo's refusals as they are.
 */
export async function reserveDoi(
  call: Call,
  depositionId: number,
  manifest: string | true | null,
): Promise<ReservedDoi> {
  const { parser } = call;
  const deposition = await call.deposits.read(depositionId);
  const registered = deposition.submitted;
  if (manifest === null) {
    const doi = deposition.doi || (await reserved(call, depositionId));
    return { doi, registered, manifest: null, manifestReplaced: false };
  }
  const onDraft = (deposition.files ?? []).some(({ filename }) => filename === MANIFEST);
  const text =
    manifest === true
      ? onDraft
        ? await download(call, deposition)
        : await remembered(call, depositionId)
      : manifest;
  if (text === null) {
    throw problem(
      'invalid_request',
      'No manifest.rdmc is known for this deposition. Upload it first, or send its text as `manifest`.',
      { errors: [{ field: 'manifest', message: 'no manifest is known' }] },
    );
  }
  // Tried first, so that no DOI is reserved if the manifest cannot be changed.
  if (!deposition.doi) await parser.run('writeDoi', text, TRIAL_DOI);
  const doi = deposition.doi || (await reserved(call, depositionId));
  const written = await parser.run('writeDoi', text, doi);
  const ownFindings = await examineManifest(parser, written);
  const replace = onDraft && !registered;
  await recordManifests(call, depositionId, { own: written, ownFindings, others: [] });
  if (replace) await upload(call, deposition, written);
  if (!registered) await guardAccess(call, depositionId);
  return { doi, registered, manifest: written, manifestReplaced: replace };
}

async function reserved({ records, audit }: Call, id: number): Promise<string> {
  const before = doiOf(await records.getDraft(id));
  if (before !== null) return before;
  // Refused because it is already reserved, or reserved although the answer was lost: in both cases
  // it can be read.
  const doi = await sendOnce(
    async () => {
      const draft = await records.reserveDoi(id);
      audit('doi_reserved', id);
      return doiOf(draft);
    },
    async () => doiOf(await records.getDraft(id)),
    (error) => isOutcomeUnknown(error) || isBadRequest(error),
  );
  if (doi !== null) return doi;
  throw problem('zenodo_invalid_answer', 'Zenodo reserved a DOI but did not return it. Try again later.');
}

function doiOf({ pids }: RdmDraft): string | null {
  const doi = pids?.['doi'] as { identifier?: unknown } | undefined;
  return typeof doi?.identifier === 'string' && doi.identifier !== '' ? doi.identifier : null;
}

async function remembered({ caller, context }: Call, depositionId: number): Promise<string | null> {
  const where = { owner_depositionId: { owner: caller.owner, depositionId } };
  return (await context.database.draft.findUnique({ where }))?.manifest ?? null;
}

/** Zenodo within the remaining time of the call, which also limits a file transfer. */
function withinTime<T>(
  { caller, context, limits }: Call,
  work: (deposits: DepositApi, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withDeadline(
    limits.left(),
    limits.signal,
    (signal) => work(context.zenodoFor(caller, { ...limits, signal }).deposits, signal),
    zenodoLate,
  );
}

function download(call: Call, deposition: ZenodoDeposition): Promise<string> {
  const bucket = bucketOf(deposition, call.context.zenodo.origin);
  return withinTime(call, async (deposits, signal) => {
    const { body } = await deposits.getFile(bucket, MANIFEST, deposition.id);
    signal.addEventListener('abort', () => body.destroy(signal.reason as Error), { once: true });
    return textOfManifest(body).catch((error: unknown) => {
      throw unreachable(error, signal);
    });
  });
}

async function textOfManifest(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > MAX_MANIFEST) {
      throw problem('invalid_manifest', 'The manifest.rdmc on the draft is larger than 10 MB.');
    }
    chunks.push(chunk as Buffer);
  }
  const bytes = Buffer.concat(chunks);
  // Its text is sent back with the DOI: no byte of it may change.
  if (!isUtf8(bytes)) throw problem('invalid_manifest', 'The manifest.rdmc on the draft is not UTF-8.');
  return bytes.toString('utf8');
}

async function upload(call: Call, deposition: ZenodoDeposition, text: string): Promise<void> {
  const bucket = bucketOf(deposition, call.context.zenodo.origin);
  const bytes = Buffer.from(text, 'utf8');
  await withinTime(call, (deposits) =>
    deposits.putFile(bucket, MANIFEST, {
      size: bytes.length,
      depositionId: deposition.id,
      own: true,
      open: () => ({ body: Readable.from([bytes]) }),
    }),
  );
}
