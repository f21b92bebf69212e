import assert from 'node:assert/strict';
import { BASE, FLOW_TESTS, SERVICES } from './deposit-flow.js';
import { isDomainError, onDraft } from './files-flow.js';
import { call, type Rule } from './rule.js';

/** Who may see a deposition, and which ids are invalid. */
export const permissionRules: Rule[] = [
  {
    id: 'deposit/unknown-id',
    says: 'An unknown id is 404, for guests too.',
    source: FLOW_TESTS,
    check: async (target) => {
      for (const token of [target.token, null]) {
        const answer = await call(target, 'GET', `${BASE}/999999999999`, { token });
        isDomainError(answer, 404, 'The persistent identifier does not exist.');
      }
    },
  },
  {
    id: 'deposit/concept-id',
    says: 'The id of a concept is not a deposition: 404.',
    source: SERVICES,
    check: onDraft(async (target, draft) => {
      assert.equal((await call(target, 'GET', `${BASE}/${draft.conceptrecid}`)).status, 404);
    }),
  },
  {
    id: 'deposit/guest',
    says: 'Guests and invalid tokens get 403 for a draft.',
    source: 'zenodo/zenodo#2543',
    check: onDraft(async (target, draft) => {
      for (const token of [null, 'no-such-token']) {
        isDomainError(await call(target, 'GET', draft.links.self, { token }), 403, 'Permission denied.');
      }
    }),
  },
  {
    id: 'deposit/foreign',
    says: 'Another user’s draft is 403 for every method.',
    source: FLOW_TESTS,
    needs: ['second-token'],
    check: onDraft(async (target, draft) => {
      const token = target.secondToken ?? null;
      const { self } = draft.links;
      for (const answer of [
        await call(target, 'GET', self, { token }),
        await call(target, 'PUT', self, { token, json: {} }),
        await call(target, 'DELETE', self, { token }),
        await call(target, 'POST', draft.links.publish, { token }),
        await call(target, 'POST', `${self}/actions/edit`, { token }),
      ]) {
        isDomainError(answer, 403, 'Permission denied.');
      }
    }),
  },
];
