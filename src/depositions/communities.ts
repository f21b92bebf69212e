import type { Caller } from '../connections/caller.js';
import { Prisma } from '../database/generated/client.js';
import { Problem } from '../errors.js';
import type { PublicationCommunity } from '../schemas/depositions.js';
import { askCommunity, communityId } from '../zenodo/communities.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { ask, type DraftsContext, type Limits } from './context.js';

/** The slugs that a deposition names. */
export function communitiesOf({ metadata }: ZenodoDeposition): string[] {
  const named = metadata['communities'];
  if (!Array.isArray(named)) return [];
  const slugs = named.map((item: { identifier?: unknown } | null) => item?.identifier);
  return [...new Set(slugs.filter((slug): slug is string => typeof slug === 'string' && slug !== ''))];
}

/**
 * Asks the communities that a draft named to take the record, now that it is published: at publication Zenodo itself joins only those without review, and
 * is silent about the others (zenodo/zenodo#2546). Whom an earlier call did not get to ask, or had no answer from, is asked now. Called with the deposition's lease
 * held. Never fails for what Zenodo says: the record is published whatever becomes of this.
 */
export async function askOwedCommunities(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
): Promise<PublicationCommunity[]> {
  const results: PublicationCommunity[] = [];
  for (const community of await owedCommunities(context, caller, depositionId)) {
    try {
      results.push({ community, ...(await askOne(context, caller, depositionId, community, limits)) });
    } catch (error) {
      const detail = error instanceof Problem ? error.detail : 'The community could not be asked.';
      const message = `${detail} Publish again to ask once more, or look at the record’s page.`;
      results.push({ community, outcome: 'unknown', message });
    }
  }
  if (results.length === 0) return [];
  const open = results.flatMap(({ community, outcome }) => (outcome === 'unknown' ? [community] : []));
  await context.database.draft.updateMany({
    where: { owner: caller.owner, depositionId },
    data: { communitiesOwed: open.length > 0 ? open : Prisma.DbNull },
  });
  return results;
}

/** The communities that are still to be asked. */
export async function owedCommunities(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
): Promise<string[]> {
  const where = { owner_depositionId: { owner: caller.owner, depositionId } };
  const row = await context.database.draft.findUnique({ where, select: { communitiesOwed: true } });
  const owed = row?.communitiesOwed;
  return Array.isArray(owed) ? owed.filter((slug) => typeof slug === 'string') : [];
}

async function askOne(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  community: string,
  limits: Limits,
): Promise<Omit<PublicationCommunity, 'community'>> {
  const id = await ask(context, caller, limits, (token, call) =>
    communityId(context.zenodo, token, community, call),
  );
  if (id === null) return { outcome: 'refused', message: 'Zenodo has no such community.' };
  return ask(
    context,
    caller,
    limits,
    (token, call) => askCommunity(context.zenodo, token, depositionId, id, call),
    depositionId,
  );
}
