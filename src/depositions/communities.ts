import { Problem } from '../errors.js';
import type { PublicationCommunity } from '../schemas/depositions.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import type { Call } from './call.js';
import { clearActions, pendingAction } from './pending-actions.js';

/** The communities that a deposition names, by slug. */
export function communitiesOf({ metadata }: ZenodoDeposition): string[] {
  const named = metadata['communities'];
  if (!Array.isArray(named)) return [];
  const slugs = named.map((item: { identifier?: unknown } | null) => item?.identifier);
  return [...new Set(slugs.filter((slug): slug is string => typeof slug === 'string' && slug !== ''))];
}

/**
 * Asks the communities that the draft named to include the published record. At publication Zenodo
 * itself adds the record only to communities without review, and says nothing about the others
 * (zenodo/zenodo#2546). Communities that an earlier call did not reach are asked now. The
 * deposition must be locked. Never throws for an answer of Zenodo: the record is published in any
 * case.
 */
export async function askPendingCommunities(
  call: Call,
  depositionId: number,
): Promise<PublicationCommunity[]> {
  const { context } = call;
  const pending = await pendingAction(call, depositionId, 'ask_communities');
  if (pending === null) return [];
  const results: PublicationCommunity[] = [];
  for (const community of pending.subjects) {
    try {
      results.push({ community, ...(await askOne(call, depositionId, community)) });
    } catch (error) {
      const detail = error instanceof Problem ? error.detail : 'The community could not be asked.';
      const message = `${detail} Publish again to retry, or check the page of the record.`;
      results.push({ community, outcome: 'unknown', message });
    }
  }
  const open = results.flatMap(({ community, outcome }) => (outcome === 'unknown' ? [community] : []));
  await context.database.$transaction(async (tx) => {
    if (open.length === 0) return void (await clearActions(tx, call, depositionId, 'ask_communities'));
    const { draftId, kind } = pending;
    await tx.pendingAction.updateMany({ where: { draftId, kind }, data: { subjects: open } });
  });
  return results;
}

async function askOne(
  { records }: Call,
  depositionId: number,
  community: string,
): Promise<Omit<PublicationCommunity, 'community'>> {
  const id = await records.communityId(community);
  if (id === null) return { outcome: 'refused', message: 'Zenodo has no such community.' };
  return records.askCommunity(depositionId, id);
}
