import type { Caller } from '../connections/caller.js';
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
 * is silent about the others (zenodo/zenodo#2546). Never throws: the record is published whatever becomes of this.
 */
export async function askCommunities(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  slugs: string[],
  limits: Limits,
): Promise<PublicationCommunity[]> {
  const results: PublicationCommunity[] = [];
  for (const community of slugs) {
    try {
      const id = await ask(context, caller, limits, (token, call) =>
        communityId(context.zenodo, token, community, call),
      );
      const result =
        id === null
          ? { outcome: 'refused' as const, message: 'Zenodo has no such community.' }
          : await ask(
              context,
              caller,
              limits,
              (token, call) => askCommunity(context.zenodo, token, depositionId, id, call),
              depositionId,
            );
      results.push({ community, ...result });
    } catch (error) {
      const detail = error instanceof Problem ? error.detail : 'The community could not be asked.';
      results.push({ community, outcome: 'unknown', message: `${detail} Look at the record’s page.` });
    }
  }
  return results;
}
