import type { FastifyReply, FastifyRequest } from 'fastify';
import { entryOf } from '../metadata/vocabulary-entries.js';
import { communityFacets } from '../search/facets.js';
import type { Community } from '../store/model.js';
import { sendHits } from './answer.js';
import { shownCommunity } from './community-json.js';

/** Responds with a page of what a search of communities finds. */
export function sendCommunities(
  request: FastifyRequest,
  reply: FastifyReply,
  communities: Community[],
): FastifyReply {
  const { store } = request.server.mock;
  const facets = communityFacets((vocabulary, id) => String(entryOf(store, vocabulary, id)?.['name'] ?? id));
  return sendHits(request, reply, communities, (community) => shownCommunity(request, community), { facets });
}
