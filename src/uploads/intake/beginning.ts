import { type Caller, connectionOf, containerOf, uploadLinkOf } from '../../connections/caller.js';
import type { DraftFiles } from '../transfer/draft-files.js';

/** What the row of an upload says that begins now, whichever way its files come. */
export function beginning(
  caller: Caller,
  draft: Pick<DraftFiles, 'depositionId' | 'createdAt'>,
  { volume, requestId }: { volume: string; requestId: string },
) {
  return {
    owner: caller.owner,
    connectionId: connectionOf(caller),
    uploadLinkId: uploadLinkOf(caller)?.id ?? null,
    containerId: containerOf(caller),
    depositionId: draft.depositionId,
    depositionCreatedAt: draft.createdAt,
    volume,
    requestId,
  };
}
