import assert from 'node:assert/strict';
import {
  BASE,
  completeDraft,
  FLOW_TESTS,
  onRecord,
  PUBLISHES,
  RESOURCES,
  SERVICES,
  save,
  shown,
} from './deposit-flow.js';
import { createDraft, isDomainError, onDraft, PUBLISHABLE, publish, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

const NO_DRAFT = 'Not found.';
const GONE = 'The persistent identifier does not exist.';

/** Publishing, editing, discarding and deleting. */
export const actionRules: Rule[] = [
  {
    id: 'deposit/publish',
    says: 'Publishing answers 202 with the published form: DOI, concept DOI, `done`.',
    source: RESOURCES,
    needs: PUBLISHES,
    check: async (target) => {
      const draft = await completeDraft(target);
      await put(target, draft, 'a.csv');
      const answer = await call(target, 'POST', draft.links.publish);
      const { id, doi, conceptdoi, state, submitted } = shown(answer);
      assert.deepEqual([answer.status, id, state, submitted], [202, draft.id, 'done', true]);
      assert.match(doi ?? '', new RegExp(`^10\\.(5281|5072)/zenodo\\.${draft.id}$`));
      assert.match(conceptdoi ?? '', new RegExp(`^10\\.(5281|5072)/zenodo\\.${draft.conceptrecid}$`));
    },
  },
  {
    id: 'deposit/publish-twice',
    says: 'Publishing again is 404: there is no draft any more.',
    source: FLOW_TESTS,
    needs: PUBLISHES,
    check: onRecord(async (target, record) => {
      isDomainError(await call(target, 'POST', record.links.publish), 404, NO_DRAFT);
    }),
  },
  {
    id: 'deposit/published-put-delete',
    says: 'PUT and DELETE of a published record without a draft are 404.',
    source: FLOW_TESTS,
    needs: PUBLISHES,
    check: onRecord(async (target, record) => {
      isDomainError(await save(target, record, PUBLISHABLE), 404, NO_DRAFT);
      isDomainError(await call(target, 'DELETE', record.links.self), 404, NO_DRAFT);
      isDomainError(await call(target, 'POST', `${record.links.self}/actions/discard`), 404, NO_DRAFT);
    }),
  },
  {
    id: 'deposit/publish-unknown',
    says: 'Publishing an unknown id is 404.',
    source: SERVICES,
    check: async (target) => {
      isDomainError(await call(target, 'POST', `${BASE}/999999999999/actions/publish`), 404, GONE);
    },
  },
  {
    id: 'deposit/publish-community',
    says: 'A community that the record cannot join is dropped silently.',
    source: 'zenodo/zenodo#2546',
    needs: PUBLISHES,
    check: async (target) => {
      const record = await publish(target, { communities: [{ identifier: 'no-such-community' }] });
      const { metadata } = shown(await call(target, 'GET', `${BASE}/${record.id}`));
      assert.equal(metadata['communities'], undefined);
    },
  },
  {
    id: 'deposit/edit-draft',
    says: 'Editing a draft that was never published returns it: 201.',
    source: RESOURCES,
    check: onDraft(async (target, draft) => {
      const answer = await call(target, 'POST', `${draft.links.self}/actions/edit`);
      assert.deepEqual([answer.status, shown(answer).state], [201, 'unsubmitted']);
    }),
  },
  {
    id: 'deposit/edit-twice',
    says: 'Editing twice is accepted and returns the open draft.',
    source: RESOURCES,
    needs: PUBLISHES,
    check: onRecord(async (target, { id }) => {
      const url = `${BASE}/${id}/actions/edit`;
      const first = await call(target, 'POST', url);
      const second = await call(target, 'POST', url);
      assert.deepEqual([first.status, second.status], [201, 201]);
      assert.equal(second.text, first.text);
    }),
  },
  {
    id: 'deposit/edit-unknown',
    says: 'Editing an unknown id is 404.',
    source: RESOURCES,
    check: async (target) => {
      isDomainError(await call(target, 'POST', `${BASE}/999999999999/actions/edit`), 404, GONE);
    },
  },
  {
    id: 'deposit/edit-publish',
    says: 'Editing, saving and publishing again changes the record under the same id and DOI.',
    source: RESOURCES,
    needs: PUBLISHES,
    check: onRecord(async (target, record) => {
      const before = shown(await call(target, 'GET', `${BASE}/${record.id}`));
      await call(target, 'POST', `${BASE}/${record.id}/actions/edit`);
      await save(target, record, { ...PUBLISHABLE, title: 'Changed title' });
      const after = shown(await call(target, 'POST', record.links.publish));
      assert.deepEqual([after.id, after.doi, after.title], [before.id, before.doi, 'Changed title']);
    }),
  },
  {
    id: 'deposit/discard-edit',
    says: 'Discarding an edit is 204, and the published record stands as it was.',
    source: RESOURCES,
    needs: PUBLISHES,
    check: onRecord(async (target, record) => {
      const url = `${BASE}/${record.id}`;
      const before = await call(target, 'GET', url);
      await call(target, 'POST', `${url}/actions/edit`);
      await save(target, record, { title: 'Never seen' });
      const answer = await call(target, 'POST', `${url}/actions/discard`);
      assert.deepEqual([answer.status, answer.text], [204, '']);
      assert.equal((await call(target, 'GET', url)).text, before.text);
    }),
  },
  {
    id: 'deposit/discard-draft',
    says: 'Discarding a draft that was never published deletes it permanently.',
    source: 'zenodo/zenodo-rdm#181',
    check: async (target) => {
      const draft = await createDraft(target);
      const url = `${draft.links.self}/actions/discard`;
      const answer = await call(target, 'POST', url);
      assert.deepEqual([answer.status, answer.text], [204, '']);
      isDomainError(await call(target, 'GET', draft.links.self), 404, GONE);
      isDomainError(await call(target, 'POST', url), 404, GONE);
    },
  },
  {
    id: 'deposit/delete',
    says: 'DELETE of a draft is 204, the second one 404.',
    source: FLOW_TESTS,
    check: async (target) => {
      const draft = await createDraft(target);
      const answer = await call(target, 'DELETE', draft.links.self);
      assert.deepEqual([answer.status, answer.text], [204, '']);
      isDomainError(await call(target, 'DELETE', draft.links.self), 404, GONE);
    },
  },
  {
    id: 'deposit/formats',
    says: 'Extra formats: 400 without a name, 404 with a name, and 403 for users who try to write one.',
    source: 'zenodo/zenodo-rdm:site/tests/legacy/test_extra_formats.py',
    check: onDraft(async (target, draft) => {
      const url = `${draft.links.self}/formats`;
      const bare = await call(target, 'GET', url);
      assert.deepEqual(bare.json, { message: 'Invalid extra format MIMEType.', status: 400 });
      assert.equal((await call(target, 'GET', `${url}?mimetype=application/custom+xml`)).status, 404);
      assert.equal((await call(target, 'PUT', url, { body: 'x' })).status, 403);
      assert.equal((await call(target, 'DELETE', url)).status, 403);
      assert.deepEqual((await call(target, 'OPTIONS', url)).json, []);
    }),
  },
];
