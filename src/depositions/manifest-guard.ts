import type { Caller } from '../connections/caller.js';
import { problem } from '../errors.js';
import { emptyMapping } from '../rdmc/mapping.js';
import { restrictedIn, whyUnreadable } from '../rdmc/request.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { connectionOf, type DraftsContext, type Limits } from './context.js';
import { saveMetadata } from './description.js';
import { fingerprint } from './preservation.js';

/** How long the guard may take where its caller sets no limit, in milliseconds. */
const PATIENCE = 45_000;

/** Keeps the text of a manifest that was seen in an upload, for `from_manifest` and for the guard. */
export async function rememberManifest(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  manifest: string,
): Promise<void> {
  // PostgreSQL's text cannot hold a NUL, which a manifest in another encoding is full of.
  const text = manifest.replaceAll('\u0000', '\ufffd');
  const row = { owner: caller.owner, connectionId: connectionOf(caller), depositionId, manifest: text };
  await context.database.draft.upsert({
    where: { owner_depositionId: { owner: caller.owner, depositionId } },
    create: { ...row, madeHere: false, current: false },
    update: { manifest: text },
  });
}

/**
 * Makes the draft restricted if one of its manifests names artifacts that are not public, unless the caller has decided about access himself.
 * Whoever then presses Publish on Zenodo's page does not open them by accident. Returns what to tell the caller.
 */
export async function guardAccess(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  manifests: string[],
  limits: Limits = { deadline: context.now() + PATIENCE },
): Promise<string[]> {
  const restricted = manifests.flatMap(restrictedIn);
  const unreadable = manifests.flatMap(whyUnreadable);
  if (restricted.length === 0) return unreadable;
  const where = { owner_depositionId: { owner: caller.owner, depositionId } };
  const row = await context.database.draft.findUnique({ where });
  if (row?.accessDecided) return unreadable;
  const mapping = emptyMapping();
  mapping.set['access_right'] = 'restricted';
  const request = { mapping, mode: 'merge' as const };
  const saved = await saveMetadata(context, caller, depositionId, request, limits);
  await context.database.draft.updateMany({
    where: { owner: caller.owner, depositionId },
    data: { metadataHash: fingerprint(saved.after) },
  });
  context.audit('access_restricted', { deposition_id: depositionId, connection_id: connectionOf(caller) });
  return [...unreadable, accessWarning(restricted), ...mapping.warnings];
}

/**
 * The last look before a publication: throws `not_publishable` if the files of a draft lie open although its manifest names artifacts that are not public and nobody
 * has decided so; a guard that failed, or a click on Zenodo's page, is no decision.
 */
export async function refuseToOpen(
  context: DraftsContext,
  caller: Caller,
  { id, submitted, metadata }: ZenodoDeposition,
): Promise<void> {
  if (submitted || (metadata['access_right'] ?? 'open') !== 'open') return;
  const where = { owner_depositionId: { owner: caller.owner, depositionId: id } };
  const row = await context.database.draft.findUnique({ where });
  const message = row === null ? null : openedByAccident(row);
  if (message === null) return;
  throw problem('not_publishable', `The files are open: ${message}`, {
    outcome: 'not_published',
    errors: [{ field: 'metadata.access_right', message }],
  });
}

/** What speaks against publishing the files of a draft openly; null if nothing does. */
export function openedByAccident(row: { manifest: string | null; accessDecided: boolean }): string | null {
  if (row.accessDecided || row.manifest === null) return null;
  const names = restrictedIn(row.manifest);
  return names.length === 0
    ? null
    : `the manifest names what is not public: ${[...new Set(names)].join(', ')}. Send {"metadata": {"access_right": "restricted"}}, or "open" if that is meant.`;
}

/** Why a draft was closed, and how to open it. */
export function accessWarning(restricted: string[]): string {
  return (
    `access_right: the files were made restricted, because of ${[...new Set(restricted)].join(', ')}. ` +
    'To decide otherwise send {"metadata": {"access_right": "open"}}.'
  );
}
