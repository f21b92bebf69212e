import { type Caller, connectionOf } from '../connections/caller.js';
import type { Draft, PendingAction } from '../database/generated/client.js';
import { isProblem, Problem, problem } from '../errors.js';
import { type ManifestFindings, standing } from '../metadata/restricted.js';
import { type Notice, notice } from '../notice.js';
import type { Parser } from '../thread-pool/pool.js';
import type { Manifests } from '../uploads/manifests.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import type { Call } from './call.js';
import { type AccessContext, today } from './context.js';
import { pendingAction } from './pending-actions.js';
import { isClosed, restrictLater, restrictWithRetries } from './restrict-access.js';

/** Artifacts named in one sentence. */
const NAMED = 20;

/** What a draft's row says about access to its files. */
export type AccessRow = Pick<Draft, 'manifest' | 'accessDecided' | 'restrictedInside'> & {
  /** Only those of kind `restrict_access`. */
  pendingActions: Pick<PendingAction, 'subjects'>[];
};

/** Prisma's `include` for an AccessRow. */
export const WITH_ACCESS = { pendingActions: { where: { kind: 'restrict_access' } } } as const;

/** Stores the text of the container's manifest, for `from_manifest` and for this guard. */
async function rememberManifest(
  { caller, context }: Call<AccessContext>,
  depositionId: number,
  manifest: string,
): Promise<void> {
  // PostgreSQL cannot store NUL, which a manifest in another encoding is full of.
  const text = manifest.replaceAll('\u0000', '\ufffd');
  const row = { owner: caller.owner, connectionId: connectionOf(caller), depositionId, manifest: text };
  await context.database.draft.upsert({
    where: { owner_depositionId: { owner: caller.owner, depositionId } },
    create: { ...row, madeHere: false, current: false },
    update: { manifest: text },
  });
}

/**
 * Stores the manifests that arrived for a draft. If one of them names artifacts that are not
 * public, and the caller has not decided about access, restricting the draft becomes a pending
 * action. Returns warnings about manifests that cannot be read.
 */
export async function recordManifests(
  call: Call<AccessContext>,
  depositionId: number,
  { own, ownFindings, others }: Manifests,
): Promise<Notice[]> {
  if (own !== null) await rememberManifest(call, depositionId, own);
  const standingOf = (reasons: string[]) => standing(reasons, today(call.context));
  const inside = others.flatMap(({ restricted }) => standingOf(restricted));
  const names = [...standingOf(ownFindings?.restricted ?? []), ...inside];
  await restrictLater(call, depositionId, names, inside);
  return [...(ownFindings === null ? [] : [ownFindings]), ...others].flatMap(({ unreadable }) =>
    unreadable === null
      ? []
      : [
          notice(
            'manifest_not_read',
            `manifest.rdmc: ${unreadable} Check the access rights of the draft before you publish.`,
          ),
        ],
  );
}

/**
 * What a manifest says about access. If parsing it takes too long, its text is searched for levels.
 */
export async function examineManifest(parser: Parser, manifest: string): Promise<ManifestFindings> {
  try {
    return await parser.run('inspectManifest', manifest);
  } catch (error) {
    if (!isProblem(error, 'too_complex')) throw error;
    return { restricted: await parser.run('searchForLevels', manifest), unreadable: error.detail };
  }
}

/**
 * Restricts the draft if that is pending. Otherwise a user who presses Publish on Zenodo's page
 * could by accident open what a manifest calls not public. Returns warnings, also if Zenodo cannot
 * restrict it now.
 */
export async function guardAccess(call: Call<AccessContext>, depositionId: number): Promise<Notice[]> {
  const pending = await pendingAction(call, depositionId, 'restrict_access');
  if (pending === null) return [];
  const names = pending.subjects;
  try {
    const warnings = await restrictWithRetries(call, depositionId);
    return [
      notice('files_restricted', accessWarning(names)),
      ...warnings.map((warning) => notice('description_changed', warning)),
    ];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [notice('files_still_open', stillOpenWarning(names, call.caller, error))];
  }
}

/**
 * The last check before publication: throws `not_publishable` if the files are open although a
 * manifest names artifacts that are not public, unless the caller decided so. A guard that failed,
 * or a click on Zenodo's page, is not a decision.
 */
export async function refuseOpenFiles(
  call: Call<AccessContext>,
  { id, submitted, metadata }: ZenodoDeposition,
): Promise<void> {
  const { caller, context } = call;
  if (submitted) return;
  const where = { owner_depositionId: { owner: caller.owner, depositionId: id } };
  const row = await context.database.draft.findUnique({ where, include: WITH_ACCESS });
  const message = row === null ? null : await openedByAccident(call, row, metadata);
  if (message === null) return;
  throw problem('not_publishable', `The files are open: ${message}`, {
    outcome: 'not_published',
    errors: [{ field: 'metadata.access_right', message }],
  });
}

/** Why a draft with such metadata must not be published; null if it may be. */
export async function openedByAccident(
  call: Call<AccessContext>,
  row: AccessRow,
  metadata: Record<string, unknown>,
): Promise<string | null> {
  if (row.accessDecided) return null;
  const isOpen = (metadata['access_right'] ?? 'open') === 'open';
  const subjects = row.pendingActions.flatMap((action) => action.subjects);
  const pending = standing(subjects, today(call.context));
  const isPending = pending.length > 0 && !isClosed(metadata, pending);
  const names = await restrictedOf(call, row);
  return names.length === 0 || !(isOpen || isPending)
    ? null
    : `the manifest names artifacts that are not public: ${listed(names)}. Send {"metadata": {"access_right": "restricted"}}, or "open" if you intend that.`;
}

/** All artifacts that the manifests of a draft call not public, unless their embargo is over. */
export async function restrictedOf(
  { parser, context }: Call<AccessContext>,
  { manifest, pendingActions, restrictedInside }: AccessRow,
): Promise<string[]> {
  const own = manifest === null ? null : await examineManifest(parser, manifest);
  const pending = pendingActions.flatMap(({ subjects }) => subjects);
  const lists = [own?.restricted ?? [], restrictedInside, pending];
  return [...new Set(lists.flatMap((reasons) => standing(reasons, today(context))))];
}

/** Says why a draft was restricted, and how to open it. */
export function accessWarning(restricted: string[]): string {
  return `access_right: the files were restricted because of ${listed(restricted)}. ${OTHERWISE}`;
}

const OTHERWISE = 'To open them, send {"metadata": {"access_right": "open"}}.';

/** Says why a draft is still open that should be restricted, and what happens next. */
function stillOpenWarning(restricted: string[], { kind }: Caller, { detail }: Problem): string {
  const next =
    kind === 'connection'
      ? 'This service tries again until it succeeds'
      : 'With a personal token, this service can try again only during your calls: send {"metadata": {"access_right": "restricted"}}';
  return (
    `access_right: the files are still open, and must be restricted because of ${listed(restricted)}. ${detail} ` +
    `${next}. Until then, do not publish on Zenodo’s page; this service refuses to publish. ${OTHERWISE}`
  );
}

/** Names in a sentence. */
export function listed(names: string[]): string {
  const all = [...new Set(names)];
  const more = all.length > NAMED ? ['and others'] : [];
  return [...all.slice(0, NAMED), ...more].join(', ');
}
