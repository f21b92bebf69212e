import assert from 'node:assert/strict';
import { completeDraft, onCommunity, type Request, review, submit } from './communities-flow.js';
import { isDomainError, isFrameworkError, NO_ROUTE, publish } from './files-flow.js';
import { call, type Rule } from './rule.js';

const ACTIONS = 'inveniosoftware/invenio-requests:invenio_requests/customizations/actions.py';
const DELETION = 'inveniosoftware/invenio-rdm-records:tests/resources/test_request_deletion.py';

const draftOf = (id: string) => `/api/records/${id}/draft`;

interface Filtered {
  hits: { total: number };
  aggregations: Record<string, { buckets: { label: string }[] }>;
}

/** Requests to communities, and to Zenodo's staff. */
export const requestRules: Rule[] = [
  {
    id: 'records/requests-list',
    says: 'Requests are listed for those who made them or decide on them, and can be narrowed to a community, record, type or status.',
    source: 'inveniosoftware/invenio-requests:tests/resources/requests/test_requests_resources.py',
    needs: ['mock'],
    check: onCommunity(async (target, community) => {
      const draft = await completeDraft(target);
      await review(target, draft.id, community);
      const { id, links } = await submit(target, draft.id);
      for (const path of [
        `/api/requests/?receiver=community:${community.id}`,
        `/api/requests/?topic=record:${draft.id}&is_open=true`,
        `/api/user/requests?q=id:${id}`,
        `/api/communities/${community.id}/requests`,
        `/api/records/${draft.id}/requests`,
      ]) {
        const { hits } = (await call(target, 'GET', path)).json as {
          hits: { hits: Request[]; total: number };
        };
        assert.deepEqual([hits.total, hits.hits[0]?.id], [1, id], path);
      }
      for (const [filter, total] of [
        ['type=community-submission&status=submitted', 1],
        ['type=record-deletion', 0],
        ['status=accepted&status=declined', 0],
      ] as const) {
        const path = `/api/user/requests?q=id:${id}&${filter}`;
        const { hits, aggregations } = (await call(target, 'GET', path)).json as Filtered;
        const labels = Object.values(aggregations).map(({ buckets }) => buckets[0]?.label);
        assert.deepEqual([hits.total, labels], [total, ['Draft review', 'Submitted']], filter);
      }
      isDomainError(await call(target, 'GET', '/api/requests/', { token: null }), 403, 'Permission denied.');
      isDomainError(await call(target, 'GET', links.self, { token: null }), 403, 'Permission denied.');
      await call(target, 'POST', links.actions['cancel'] ?? '');
      await call(target, 'DELETE', draftOf(draft.id));
    }),
  },
  {
    id: 'records/request-update',
    says: 'Title and description of an open request can be changed by those who may decide on it.',
    source: 'inveniosoftware/invenio-requests:invenio_requests/services/requests/components.py',
    needs: ['mock', 'second-token'],
    check: onCommunity(async (target, community) => {
      const draft = await completeDraft(target);
      await review(target, draft.id, community);
      const { links } = await submit(target, draft.id);
      const put = (json: object, token = target.token) =>
        call(target, 'PUT', links.self, { json: { ...json }, token });
      const { title, ...before } = (await call(target, 'GET', links.self)).json as Request & {
        title: string;
      };
      const changed = await put({
        ...before,
        title: `${title} again`,
        description: 'For the archive',
        status: 'accepted',
      });
      assert.equal(changed.status, 200, changed.text);
      const { title: next, description, status } = changed.json as Record<string, unknown>;
      assert.deepEqual([next, description, status], [`${title} again`, 'For the archive', 'submitted']);
      assert.deepEqual((await put({ title: 5, fog: 1 })).json, {
        status: 400,
        message: 'A validation error occurred.',
        errors: [
          { field: 'title', messages: ['Not a valid string.'] },
          { field: 'fog', messages: ['Unknown field.'] },
        ],
      });
      isDomainError(await put({ title: 'x' }, target.secondToken), 403, 'Permission denied.');
      await call(target, 'POST', links.actions['cancel'] ?? '');
      isDomainError(await put({ title: 'x' }), 403, 'Permission denied.');
      await call(target, 'DELETE', draftOf(draft.id));
    }),
  },
  {
    id: 'records/staff-only',
    says: 'Only staff can change groups and featured communities.',
    source: 'inveniosoftware/invenio-users-resources:invenio_users_resources/services/permissions.py',
    needs: ['mock'],
    check: onCommunity(async (target, { slug }) => {
      for (const [method, path] of [
        ['POST', '/api/groups'],
        ['PUT', '/api/groups/curators'],
        ['DELETE', '/api/groups/curators'],
        ['POST', `/api/communities/${slug}/featured`],
        ['PUT', `/api/communities/${slug}/featured/1`],
        ['DELETE', `/api/communities/${slug}/featured/1`],
      ] as const) {
        isDomainError(await call(target, method, path, { json: {} }), 403, 'Permission denied.');
      }
    }),
  },
  {
    id: 'records/requests-unknown',
    says: 'An unknown request is 404. An id that is not a UUID has no route.',
    source: ACTIONS,
    async check(target) {
      const unknown = '/api/requests/00000000-0000-4000-8000-000000000000';
      isDomainError(await call(target, 'GET', unknown), 404, 'Not found.');
      isFrameworkError(await call(target, 'GET', '/api/requests/1'), 404, NO_ROUTE);
    },
  },
  {
    id: 'records/request-deletion',
    says: 'Owners remove a young record at once by asking for it; its id leads to a tombstone.',
    source: DELETION,
    needs: ['publish'],
    async check(target) {
      const { id } = await publish(target);
      const path = `/api/records/${id}/request-deletion`;
      isDomainError(
        await call(target, 'POST', path, { json: { reason: 'x' }, token: null }),
        403,
        'Permission denied.',
      );
      const answer = await call(target, 'POST', path, { json: { reason: 'test-record' } });
      assert.deepEqual([answer.status, (answer.json as Request).status], [200, 'accepted']);
      const gone = await call(target, 'GET', `/api/records/${id}`);
      const { message, tombstone } = gone.json as { message: string; tombstone: Record<string, unknown> };
      assert.deepEqual([gone.status, message], [410, 'Record deleted']);
      assert.deepEqual(tombstone['removal_reason'], { id: 'test-record' });
      assert.deepEqual(
        [tombstone['note'], tombstone['is_visible'], tombstone['deletion_policy']],
        ['Record deleted by uploader', true, { id: 'grace-period-v1' }],
      );
      const again = await call(target, 'POST', path, { json: { reason: 'test-record' } });
      isDomainError(again, 400, 'Record in unexpected deletion status.');
    },
  },
];
