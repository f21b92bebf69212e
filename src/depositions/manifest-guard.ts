import type { Caller } from '../connections/caller.js';
import { emptyMapping } from '../rdmc/mapping.js';
import { restrictedIn, whyUnreadable } from '../rdmc/request.js';
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
 * Makes the draft restricted if its manifest names artifacts that are not public, unless the caller has decided about access himself.
 * Whoever then presses Publish on Zenodo's page does not open them by accident. Returns what to tell the caller.
 */
export async function guardAccess(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  manifest: string,
  limits: Limits = { deadline: context.now() + PATIENCE },
): Promise<string[]> {
  const restricted = restrictedIn(manifest);
  const unreadable = whyUnreadable(manifest);
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

/** Why a draft was closed, and how to open it. */
export function accessWarning(restricted: string[]): string {
  return (
    `access_right: the files were made restricted, because of ${[...new Set(restricted)].join(', ')}. ` +
    'To decide otherwise send {"metadata": {"access_right": "open"}}.'
  );
}
