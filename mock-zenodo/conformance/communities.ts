import assert from 'node:assert/strict';
import { type Community, createCommunity, invalid, onCommunity } from './communities-flow.js';
import { communityRecordRules } from './communities-records.js';
import { isDomainError } from './files-flow.js';
import { RDM, rdm } from './records-flow.js';
import { call, type Rule } from './rule.js';

const COMMUNITIES =
  'inveniosoftware/invenio-communities:invenio_communities/communities/resources/resource.py';
const SCHEMA = 'inveniosoftware/invenio-communities:invenio_communities/communities/schema.py';
const PERMISSIONS = 'inveniosoftware/invenio-communities:invenio_communities/permissions.py';
/** Communities themselves. */
export const communityRules: Rule[] = [
  {
    id: 'records/community-create',
    says: 'A community has an id and a slug, is closed to records without a review, and can be read by either.',
    source: COMMUNITIES,
    check: onCommunity(async (target, community) => {
      assert.match(community.id, /^[\da-f-]{36}$/);
      assert.equal(community.access['review_policy'], 'closed');
      for (const name of [community.id, community.slug]) {
        const answer = await call(target, 'GET', `/api/communities/${name}`, { token: null });
        assert.deepEqual([answer.status, (answer.json as Community).id], [200, community.id]);
      }
      assert.match(community.links['self_html'] ?? '', new RegExp(`/communities/${community.slug}$`));
    }),
  },
  ...(
    [
      ['no-slug', {}, 'slug', 'Missing data for required field.'],
      [
        'slug',
        { slug: 'no blanks' },
        'slug',
        'The identifier should contain only letters, numbers, or dashes.',
      ],
      [
        'policy',
        { slug: 'rule-policy', access: { visibility: 'secret' } },
        'access.visibility',
        'Must be one of: public, restricted.',
      ],
    ] as const
  ).map(
    ([name, body, field, message]): Rule => ({
      id: `records/community-400-${name}`,
      says: `\`${JSON.stringify(body)}\` is refused: ${field}: ${message}`,
      source: SCHEMA,
      async check(target) {
        const json = { metadata: { title: 'x' }, access: {}, ...body };
        const answer = await call(target, 'POST', '/api/communities', { json });
        assert.deepEqual([answer.status, answer.text], [400, invalid(field, message)]);
      },
    }),
  ),
  {
    id: 'records/community-slug-taken',
    says: 'A slug can be used only once.',
    source: COMMUNITIES,
    check: onCommunity(async (target, { slug }) => {
      const json = { slug, metadata: { title: 'x' }, access: {} };
      const answer = await call(target, 'POST', '/api/communities', { json });
      assert.equal(answer.status, 400);
      assert.match(answer.text, /A community with this identifier already exists\./);
    }),
  },
  {
    id: 'records/community-restricted',
    says: 'Users may neither make a restricted community nor change who sees one.',
    source: 'zenodo/zenodo-rdm:invenio.cfg',
    check: onCommunity(async (target, { id, slug }) => {
      const json = {
        slug: 'rule-restricted',
        metadata: { title: 'x' },
        access: { visibility: 'restricted' },
      };
      isDomainError(await call(target, 'POST', '/api/communities', { json }), 403, 'Permission denied.');
      const changed = await call(target, 'PUT', `/api/communities/${id}`, { json: { ...json, slug } });
      isDomainError(changed, 403, 'Permission denied.');
    }),
  },
  {
    id: 'records/community-guest',
    says: 'Guests may not make communities.',
    source: PERMISSIONS,
    async check(target) {
      const json = { slug: 'rule-guest', metadata: { title: 'x' }, access: {} };
      const answer = await call(target, 'POST', '/api/communities', { json, token: null });
      isDomainError(answer, 403, 'Permission denied.');
    },
  },
  {
    id: 'records/community-search',
    says: 'Communities are found by a search, in an object with hits, counts by type, funder and organisation, and links.',
    source: COMMUNITIES,
    needs: ['mock'],
    check: onCommunity(async (target, { id, slug }) => {
      const { json } = await call(target, 'GET', `/api/communities?q=slug:${slug}`, { token: null });
      const { hits, links, aggregations } = json as {
        hits: { hits: Community[]; total: number };
        links: object;
        aggregations: object;
      };
      assert.deepEqual([hits.total, hits.hits[0]?.id, Object.keys(links)], [1, id, ['self']]);
      assert.deepEqual(Object.keys(aggregations), ['type', 'funder', 'organization']);
      const events = await call(target, 'GET', `/api/communities?q=slug:${slug}&type=event`, { token: null });
      assert.equal((events.json as { hits: { total: number } }).hits.total, 0);
    }),
  },
  {
    id: 'records/community-update',
    says: 'Only its owner can change or delete a community. A deleted one is 410.',
    source: PERMISSIONS,
    needs: ['second-token'],
    async check(target) {
      const { id, slug } = await createCommunity(target);
      const path = `/api/communities/${id}`;
      const options = { json: { slug, metadata: { title: 'New' }, access: {} } };
      const token = target.secondToken ?? null;
      isDomainError(await call(target, 'PUT', path, { ...options, token }), 403, 'Permission denied.');
      const changed = (await call(target, 'PUT', path, options)).json as Community;
      assert.equal(changed.metadata.title, 'New');
      isDomainError(await call(target, 'DELETE', path, { token }), 403, 'Permission denied.');
      assert.equal((await call(target, 'DELETE', path)).status, 204);
      isDomainError(await call(target, 'GET', path), 410, 'The record has been deleted.');
    },
  },
  {
    id: 'records/community-ui',
    says: 'RDM JSON adds `ui` to a community: its type in words, and what the caller may do.',
    source: 'inveniosoftware/invenio-communities:invenio_communities/communities/resources/ui_schema.py',
    async check(target) {
      const { id, slug } = await createCommunity(target);
      const metadata = { title: 'A community of rules', type: { id: 'event' } };
      const json = { slug, metadata, access: {} };
      await call(target, 'PUT', `/api/communities/${id}`, { json });
      const ui = (may: boolean) => ({
        type: { id: 'event', title_l10n: 'Event' },
        organizations: [],
        custom_fields: {},
        permissions: {
          can_include_directly: false,
          can_update: may,
          can_submit_record: may,
          can_manage_collections: false,
        },
      });
      const own = await rdm(target, 'GET', `/api/communities/${slug}`);
      assert.deepEqual((own.json as { ui: object }).ui, ui(true));
      const headers = { accept: RDM };
      const guest = await call(target, 'GET', `/api/communities/${slug}`, { headers, token: null });
      assert.deepEqual((guest.json as { ui: object }).ui, ui(false));
      const plain = (await call(target, 'GET', `/api/communities/${slug}`)).json as Record<string, unknown>;
      assert.deepEqual(
        [plain['ui'], plain['metadata']],
        [undefined, { ...metadata, type: { id: 'event', title: { en: 'Event' } } }],
      );
      await call(target, 'DELETE', `/api/communities/${id}`);
    },
  },
  {
    id: 'records/community-rename',
    says: 'A community cannot be renamed, not even by its owner.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/permissions.py',
    check: onCommunity(async (target, { id }) => {
      const answer = await call(target, 'POST', `/api/communities/${id}/rename`, {
        json: { slug: 'new-name' },
      });
      isDomainError(answer, 403, 'Permission denied.');
    }),
  },
  {
    id: 'records/community-members',
    says: 'Members see the members of a community; others see the public list.',
    source: 'inveniosoftware/invenio-communities:invenio_communities/members/resources/resource.py',
    needs: ['mock'],
    check: onCommunity(async (target, { links }) => {
      const members = await call(target, 'GET', links['members'] ?? '');
      const { hits } = members.json as { hits: { hits: { role: string; is_current_user: boolean }[] } };
      assert.deepEqual([hits.hits[0]?.role, hits.hits[0]?.is_current_user], ['owner', true]);
      isDomainError(
        await call(target, 'GET', links['members'] ?? '', { token: null }),
        403,
        'Permission denied.',
      );
      assert.equal((await call(target, 'GET', links['public_members'] ?? '', { token: null })).status, 200);
    }),
  },
  ...communityRecordRules,
];
