import assert from 'node:assert/strict';
import {
  completeDraft,
  createCommunity,
  joined,
  onCommunity,
  type Request,
  review,
  submit,
} from './communities-flow.js';
import { isDomainError, publish } from './files-flow.js';
import { createRdm, type RdmRecord, rdm } from './records-flow.js';
import { requestRules } from './requests.js';
import { call, type Rule } from './rule.js';

const SERVICE = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/review/service.py';
const COMPONENT = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/components/review.py';
const FLOW = 'inveniosoftware/invenio-rdm-records:tests/resources/test_resources_review.py';

const STATUS = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/systemfields/draft_status.py';

const draftOf = (id: string) => `/api/records/${id}/draft`;
const IN_REVIEW =
  'You cannot publish a draft with an open review request. Please cancel the review request first.';

/** Publication through a community, and requests. */
export const reviewRules: Rule[] = [
  {
    id: 'records/review',
    says: 'PUT creates a review that is neither open nor closed. The draft shows it, with a link to submit it. GET reads it, another PUT replaces it, DELETE removes it.',
    source: FLOW,
    check: onCommunity(async (target, community) => {
      const { id } = await createRdm(target);
      const { status, is_open, is_closed, topic, receiver } = (await review(target, id, community))
        .json as Request;
      assert.deepEqual([status, is_open, is_closed], ['created', false, false]);
      assert.deepEqual([topic, receiver], [{ record: id }, { community: community.id }]);
      const replaced = (await review(target, id, community)).json as Request;
      const draft = (await rdm(target, 'GET', draftOf(id))).json as RdmRecord & {
        parent: { review: Request };
      };
      assert.equal(draft.parent.review.id, replaced.id);
      assert.match(draft.links['submit-review'] ?? '', /\/draft\/actions\/submit-review$/);
      const read = (await call(target, 'GET', `${draftOf(id)}/review`)).json as Request;
      assert.equal(read.id, replaced.id);
      assert.equal((await call(target, 'DELETE', `${draftOf(id)}/review`)).status, 204);
      for (const method of ['GET', 'DELETE']) {
        const answer = await call(target, method, `${draftOf(id)}/review`);
        isDomainError(answer, 404, 'Review for draft not found');
      }
      await call(target, 'DELETE', draftOf(id));
    }),
  },
  {
    id: 'records/review-type',
    says: 'Only community submissions are reviews.',
    source: SERVICE,
    async check(target) {
      const { id } = await createRdm(target);
      const json = { type: 'invalid', receiver: {} };
      const answer = await call(target, 'PUT', `${draftOf(id)}/review`, { json });
      assert.equal(answer.status, 400);
      assert.match(answer.text, /\{"field": "type", "messages": \["Invalid review type\."\]\}/);
      await call(target, 'DELETE', draftOf(id));
    },
  },
  {
    id: 'records/review-published',
    says: 'A published record cannot be reviewed.',
    source: SERVICE,
    needs: ['publish'],
    check: onCommunity(async (target, community) => {
      const { id } = await publish(target);
      await call(target, 'POST', draftOf(String(id)));
      const answer = await review(target, String(id), community);
      isDomainError(answer, 400, 'You cannot create a review for an already published record.');
    }),
  },
  {
    id: 'records/review-blocks',
    says: 'Until a review is closed the draft cannot be published in either API; an open one can neither be deleted nor its draft.',
    source: COMPONENT,
    check: onCommunity(async (target, community) => {
      const { id } = await completeDraft(target);
      await review(target, id, community);
      const actions = [`${draftOf(id)}/actions/publish`, `/api/deposit/depositions/${id}/actions/publish`];
      for (const path of actions) isDomainError(await call(target, 'POST', path), 400, IN_REVIEW);
      const request = await submit(target, id);
      for (const path of actions) isDomainError(await call(target, 'POST', path), 400, IN_REVIEW);
      isDomainError(
        await call(target, 'DELETE', `${draftOf(id)}/review`),
        400,
        'An open review cannot be deleted.',
      );
      isDomainError(
        await call(target, 'DELETE', draftOf(id)),
        400,
        'You cannot delete a draft with an open review. Please cancel the review first.',
      );
      const cancelled = await call(target, 'POST', request.links.actions['cancel'] ?? '');
      assert.equal((cancelled.json as Request).status, 'cancelled');
      assert.equal((await call(target, 'DELETE', draftOf(id))).status, 204);
    }),
  },
  {
    id: 'records/review-status',
    says: 'A draft says in `status` how its review stands: `draft_with_review`, `in_review`, `declined`, and `draft` once it is cancelled.',
    source: STATUS,
    check: onCommunity(async (target, community) => {
      const { id } = await completeDraft(target);
      const stands = async (status: string) =>
        assert.equal(((await rdm(target, 'GET', draftOf(id))).json as RdmRecord).status, status);
      await stands('draft');
      await review(target, id, community);
      await stands('draft_with_review');
      await call(
        target,
        'POST',
        (await submit(target, id, { require_review: true })).links.actions['decline'] ?? '',
      );
      await stands('declined');
      await review(target, id, community);
      const request = await submit(target, id, { require_review: true });
      await stands('in_review');
      await call(target, 'POST', request.links.actions['cancel'] ?? '');
      await stands('draft');
      await call(target, 'DELETE', draftOf(id));
    }),
  },
  {
    id: 'records/review-invalid',
    says: 'A draft that cannot be published cannot be submitted for review.',
    source: SERVICE,
    check: onCommunity(async (target, community) => {
      const { id } = await createRdm(target, {});
      await review(target, id, community);
      const answer = await call(target, 'POST', `${draftOf(id)}/actions/submit-review`);
      assert.equal(answer.status, 400);
      assert.match(answer.text, /"metadata\.title"/);
      await call(target, 'DELETE', draftOf(id));
    }),
  },
  {
    id: 'records/review-accept',
    says: 'Accepting publishes the draft into the community; the request can be read and shows who asked whom for what.',
    source: FLOW,
    needs: ['publish', 'second-token'],
    async check(target) {
      const curator = { ...target, token: target.secondToken ?? '' };
      const community = await createCommunity(curator, { review_policy: 'closed' });
      const { id } = await completeDraft(target);
      await review(target, id, community);
      const request = await submit(target, id, { payload: { content: 'Please.', format: 'html' } });
      assert.deepEqual(
        [request.status, request.is_open, request.type, request.title],
        ['submitted', true, 'community-submission', 'A rule about records'],
      );
      assert.deepEqual(Object.keys(request.links.actions), ['cancel']);
      assert.match(request.links.next_html ?? '', /\/me\/requests\//);
      const refused = await call(target, 'POST', `/api/requests/${request.id}/actions/accept`);
      isDomainError(refused, 403, 'Permission denied.');
      assert.equal((await rdm(curator, 'GET', draftOf(id))).status, 200, 'curators see what they decide on');
      const seen = (await call(curator, 'GET', `/api/requests/${request.id}`)).json as Request;
      assert.deepEqual(Object.keys(seen.links.actions), ['accept', 'decline']);
      const accepted = await call(curator, 'POST', seen.links.actions['accept'] ?? '');
      assert.deepEqual([accepted.status, (accepted.json as Request).status], [200, 'accepted']);
      assert.deepEqual(await joined(target, id), [community.id]);
      const again = await call(curator, 'POST', `/api/requests/${request.id}/actions/accept`);
      isDomainError(again, 400, "Error for action 'accept': Could not execute the action");
    },
  },
  {
    id: 'records/review-direct',
    says: 'Owners of a community with an open policy publish at once when they submit, unless they ask for a review.',
    source: SERVICE,
    needs: ['publish'],
    check: onCommunity(
      async (target, community) => {
        const { id } = await completeDraft(target);
        await review(target, id, community);
        const { status, links } = await submit(target, id);
        assert.equal(status, 'accepted');
        assert.match(links.next_html ?? '', new RegExp(`/records/${id}$`));
        assert.equal((await call(target, 'GET', `/api/records/${id}`)).status, 200);

        const other = await completeDraft(target);
        await review(target, other.id, community);
        const asked = await submit(target, other.id, { require_review: true });
        assert.equal(asked.status, 'submitted');
        await call(target, 'POST', asked.links.actions['decline'] ?? '');
        const published = await call(target, 'POST', `${draftOf(other.id)}/actions/publish`);
        assert.equal(published.status, 202, 'a declined draft may be published without the community');
      },
      { review_policy: 'open' },
    ),
  },
  {
    id: 'records/review-on-create',
    says: 'A draft may be created with its review.',
    source: FLOW,
    check: onCommunity(async (target, community) => {
      const wanted = { type: 'community-submission', receiver: { community: community.id } };
      const json = { metadata: {}, parent: { review: wanted } };
      const draft = (await rdm(target, 'POST', '/api/records', { json })).json as RdmRecord & {
        parent: { review: Request };
      };
      assert.deepEqual(draft.parent.review.receiver, { community: community.id });
      const wrong = { metadata: {}, parent: { review: { ...wanted, type: 'invalid' } } };
      assert.equal((await rdm(target, 'POST', '/api/records', { json: wrong })).status, 400);
      await call(target, 'DELETE', draftOf(draft.id));
    }),
  },
  ...requestRules,
];
