import assert from 'node:assert/strict';
import { type Added, add, type Community, invalid, joined, onCommunity } from './communities-flow.js';
import { publish } from './files-flow.js';
import { call, type Rule } from './rule.js';

const INCLUSION = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/communities/service.py';
const ADDED =
  'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/record_communities.py';

/** Records that join communities and leave them. */
export const communityRecordRules: Rule[] = [
  {
    id: 'records/community-add',
    says: 'Records of owners join a community of open policy at once, by id or slug; both forms of the record show it, and the search finds it.',
    source: INCLUSION,
    needs: ['publish', 'mock'],
    check: onCommunity(
      async (target, community) => {
        const { id } = await publish(target);
        const answer = await add(target, id, community.slug);
        const [first] = (answer.json as Added).processed ?? [];
        assert.deepEqual(
          [answer.status, first?.community_id, first?.request.status, first?.request.type],
          [200, community.slug, 'accepted', 'community-inclusion'],
        );
        assert.deepEqual(await joined(target, id), [community.id]);
        const { metadata } = (await call(target, 'GET', `/api/records/${id}`)).json as {
          metadata: { communities: { id: string }[] };
        };
        assert.deepEqual(metadata.communities, [{ id: community.slug }]);
        for (const path of [
          `/api/records?q=communities:${community.slug}`,
          `/api/records?q=parent.communities.ids:${community.id}`,
          `/api/communities/${community.slug}/records`,
        ]) {
          const found = (await call(target, 'GET', path)).json as { hits: { hits: { id: number }[] } };
          assert.deepEqual(
            found.hits.hits.map((hit) => hit.id),
            [id],
          );
        }
        const listed = (await call(target, 'GET', `/api/records/${id}/communities`)).json as {
          hits: { hits: Community[] };
        };
        assert.equal(listed.hits.hits[0]?.slug, community.slug);
      },
      { review_policy: 'open' },
    ),
  },
  {
    id: 'records/community-add-review',
    says: 'A community of closed policy gets a request, also from its owner; a second one is refused while that is open.',
    source: INCLUSION,
    needs: ['publish'],
    check: onCommunity(async (target, { id: community }) => {
      const { id } = await publish(target);
      const [first] = ((await add(target, id, community)).json as Added).processed ?? [];
      assert.deepEqual([first?.request.status, first?.request.is_open], ['submitted', true]);
      assert.deepEqual(await joined(target, id), []);
      const again = await add(target, id, community);
      assert.equal(again.status, 400);
      assert.equal(
        again.text,
        `{"errors": [{"community_id": "${community}", "message": "There is already an open inclusion request for this community."}]}`,
      );
      await call(target, 'POST', first?.request.links.actions['accept'] ?? '');
      assert.deepEqual(await joined(target, id), [community]);
    }),
  },
  {
    id: 'records/community-add-unknown',
    says: 'Communities that cannot be added are listed in `errors`. The status is 400 only if none was added.',
    source: INCLUSION,
    needs: ['publish'],
    check: onCommunity(async (target, { id: community }) => {
      const { id } = await publish(target);
      const text = '{"errors": [{"community_id": "no-such", "message": "Community not found."}]}';
      const none = await add(target, id, 'no-such');
      assert.deepEqual([none.status, none.text], [400, text]);
      const some = await add(target, id, 'no-such', community);
      assert.deepEqual([some.status, (some.json as Added).processed?.length], [200, 1]);
    }),
  },
  ...(
    [
      ['missing', {}, 'Missing data for required field.'],
      ['empty', { communities: [] }, 'Shorter than minimum length 1.'],
      [
        'many',
        { communities: Array.from({ length: 11 }, (_, at) => ({ id: String(at) })) },
        'Too many communities passed, 10 max allowed.',
      ],
      ['twice', { communities: [{ id: 'a' }, { id: 'a' }] }, "Duplicated communities {'a'}."],
    ] as const
  ).map(
    ([name, json, message]): Rule => ({
      id: `records/community-add-400-${name}`,
      says: `Adding to communities is refused: ${message}`,
      source: ADDED,
      needs: ['publish'],
      async check(target) {
        const { id } = await publish(target);
        const answer = await call(target, 'POST', `/api/records/${id}/communities`, { json });
        assert.deepEqual([answer.status, answer.text], [400, invalid('communities', message)]);
      },
    }),
  ),
  {
    id: 'records/community-remove',
    says: 'DELETE removes a record from a community by id. The second time it is 400.',
    source: INCLUSION,
    needs: ['publish'],
    check: onCommunity(
      async (target, { id: community }) => {
        const { id } = await publish(target);
        await add(target, id, community);
        const json = { communities: [{ id: community }] };
        const first = await call(target, 'DELETE', `/api/records/${id}/communities`, { json });
        assert.deepEqual([first.status, first.text], [200, '{}']);
        assert.deepEqual(await joined(target, id), []);
        const second = await call(target, 'DELETE', `/api/records/${id}/communities`, { json });
        assert.equal(second.status, 400);
        assert.match(second.text, /in not included in the community/);
      },
      { review_policy: 'open' },
    ),
  },
];
