import type { FastifyRequest } from 'fastify';
import { eitherJson, RDM_TYPE } from '../deposit/negotiation.js';
import { type Fields, isObject } from '../metadata/checks.js';
import { originOf } from '../origin.js';
import { idInWords } from '../records/titles.js';
import type { Community } from '../store/model.js';
import { addsDirectly, roleIn, takesFrom } from './communities.js';

/**
 * A community as a client gets it: with the title of its type unless it was just saved, and in RDM
 * JSON with the texts and permissions of its page
 * (`inveniosoftware/invenio-communities:invenio_communities/communities/resources/ui_schema.py`).
 */
export function shownCommunity(request: FastifyRequest, community: Community): Fields {
  const { metadata } = community;
  const type = isObject(metadata['type']) ? metadata['type'] : undefined;
  const title = request.method === 'GET' ? idInWords(String(type?.['id'])) : undefined;
  const titled = title === undefined ? type : { ...type, title: { en: title } };
  const json: Fields = {
    ...communityJson(originOf(request), community),
    metadata: { ...metadata, ...(type !== undefined && { type: titled }) },
  };
  if (eitherJson(request) !== RDM_TYPE) return json;
  const user = request.identity?.user;
  const ui = {
    ...(type !== undefined && { type: { id: type['id'], title_l10n: title } }),
    ...(metadata['funding'] !== undefined && { funding: metadata['funding'] }),
    organizations: metadata['organizations'] ?? [],
    custom_fields: {},
    permissions: {
      can_include_directly: addsDirectly(community, user),
      can_update: roleIn(community, user) === 'owner',
      can_submit_record: user !== undefined && takesFrom(community, user),
      can_manage_collections: false,
    },
  };
  return { ...json, ui };
}

/**
 * A community, keys in the order of
 * `inveniosoftware/invenio-communities:invenio_communities/communities/schema.py`.
 */
export function communityJson(origin: string, community: Community): Record<string, unknown> {
  const { id, slug, metadata, access, created, updated, revision } = community;
  const api = `${origin}/api/communities/${id}`;
  const page = `${origin}/communities/${slug}`;
  return {
    id,
    created,
    updated,
    links: {
      self: api,
      self_html: page,
      settings_html: `${page}/settings`,
      logo: `${api}/logo`,
      rename: `${api}/rename`,
      members: `${api}/members`,
      public_members: `${api}/members/public`,
      invitations: `${api}/invitations`,
      requests: `${api}/requests`,
      records: `${api}/records`,
    },
    revision_id: revision,
    slug,
    metadata,
    access,
    custom_fields: {},
    deletion_status: { is_deleted: false, status: 'P' },
    children: { allow: false },
  };
}
