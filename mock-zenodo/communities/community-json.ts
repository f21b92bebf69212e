import type { Community } from '../store/model.js';

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
