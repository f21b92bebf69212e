import assert from 'node:assert/strict';
import { isDomainError } from './files-flow.js';
import {
  createDraft,
  createRdm,
  onDraft,
  onRdmDraft,
  PUBLISHABLE,
  RDM,
  RDM_METADATA,
  type RdmRecord,
  rdm,
  upload,
} from './records-flow.js';
import { call, type Rule } from './rule.js';

const RESOURCE =
  'inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/resources/records/resource.py';
const SERVICE = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/services.py';
const SERIALIZERS = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py';
const draftOf = (id: string | number) => `/api/records/${id}/draft`;

/** Drafts in the records API. */
export const draftRules: Rule[] = [
  {
    id: 'records/draft-create-empty',
    says: 'POST creates a draft with an empty body and without one. Without `metadata`, only the publisher is reported as missing.',
    source: RESOURCE,
    async check(target) {
      for (const options of [{}, { json: {} }]) {
        const answer = await rdm(target, 'POST', '/api/records', options);
        const draft = answer.json as RdmRecord;
        assert.deepEqual([answer.status, draft.is_draft, draft.status], [201, true, 'draft']);
        assert.deepEqual(draft.errors, [
          {
            field: 'metadata.publisher',
            messages: ['Missing publisher field required for DOI registration.'],
          },
        ]);
        await call(target, 'DELETE', draftOf(draft.id));
      }
    },
  },
  {
    id: 'records/draft-default-json',
    says: 'Without the RDM type, drafts are returned in Zenodo’s own JSON.',
    source: SERIALIZERS,
    check: onRdmDraft(async (target, { id }) => {
      const answer = await call(target, 'GET', draftOf(id));
      const { status, state, recid } = answer.json as Record<string, unknown>;
      assert.equal(answer.headers.get('content-type'), 'application/json');
      assert.deepEqual([status, state, recid], ['draft', 'unsubmitted', id]);
    }),
  },
  {
    id: 'records/draft-same-as-legacy',
    says: 'A draft of either API is a draft of both.',
    source: SERIALIZERS,
    check: onRdmDraft(async (target, { id }) => {
      const legacy = (await call(target, 'GET', `/api/deposit/depositions/${id}`)).json as {
        metadata: object;
      };
      assert.deepEqual((legacy.metadata as { creators: object }).creators, [
        { name: 'Doe, Jane', affiliation: null },
      ]);
      const json = { metadata: { ...PUBLISHABLE, title: 'Changed by the old API' } };
      await call(target, 'PUT', `/api/deposit/depositions/${id}`, { json });
      const draft = (await rdm(target, 'GET', draftOf(id))).json as RdmRecord;
      assert.equal(draft.metadata['title'], 'Changed by the old API');
    }),
  },
  {
    id: 'records/draft-read-errors',
    says: 'Only responses to POST and PUT have `errors`. Reading a draft shows none, even if fields are missing.',
    source: SERVICE,
    async check(target) {
      const draft = await createDraft(target, { title: 'x', upload_type: 'dataset' });
      const read = (await rdm(target, 'GET', draftOf(draft.id))).json as RdmRecord;
      assert.equal('errors' in read, false);
      const json = { metadata: read.metadata };
      const saved = (await rdm(target, 'PUT', draftOf(draft.id), { json })).json as RdmRecord;
      const found = saved.errors?.map(({ field }) => field) ?? [];
      assert.ok(found.includes('metadata.creators') && found.includes('metadata.title'), found.join(', '));
      await call(target, 'DELETE', draft.links.self);
    },
  },
  {
    id: 'records/draft-complete',
    says: 'A draft without faults has no `errors`.',
    source: SERVICE,
    check: onRdmDraft(async (_target, draft) => assert.equal('errors' in draft, false)),
  },
  {
    id: 'records/draft-replace',
    says: 'PUT replaces the metadata whole, and raises the revision.',
    source: RESOURCE,
    check: onRdmDraft(async (target, { id, revision_id }) => {
      const json = { metadata: { title: 'Only a title' } };
      const answer = await rdm(target, 'PUT', draftOf(id), { json });
      const draft = answer.json as RdmRecord;
      assert.deepEqual([answer.status, draft.metadata['title']], [200, 'Only a title']);
      assert.equal(draft.metadata['creators'], undefined);
      assert.ok(draft.revision_id > revision_id);
      assert.equal(answer.headers.get('etag'), `"${draft.revision_id}"`);
    }),
  },
  {
    id: 'records/draft-files-off',
    says: 'Files cannot be disabled: `errors` says so.',
    source:
      'inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/services/records/components/files.py',
    check: onRdmDraft(async (target, { id }) => {
      await upload(target, id, 'a', 'hello');
      const json = { metadata: RDM_METADATA, files: { enabled: false } };
      const draft = (await rdm(target, 'PUT', draftOf(id), { json })).json as RdmRecord;
      assert.equal(draft.files.enabled, true);
      const message = "You don't have permissions to manage files options.";
      assert.deepEqual(draft.errors, [{ field: 'files.enabled', messages: [message] }]);
    }),
  },
  {
    id: 'records/draft-content-type',
    says: 'Bodies are exactly `application/json`.',
    source: RESOURCE,
    check: onRdmDraft(async (target, { id }) => {
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const answer = await call(target, 'PUT', draftOf(id), { body: '{}', headers });
      isDomainError(answer, 415, "Invalid 'Content-Type' header. Expected one of: application/json");
    }),
  },
  {
    id: 'records/draft-not-json',
    says: 'A body that is not JSON is 400.',
    source: RESOURCE,
    async check(target) {
      const headers = { 'content-type': 'application/json' };
      const answer = await call(target, 'POST', '/api/records', { body: '{', headers });
      isDomainError(answer, 400, 'Unable to decode JSON data in request body.');
    },
  },
  {
    id: 'records/draft-guest',
    says: 'Guests can neither create drafts nor see them.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/permissions.py',
    check: onRdmDraft(async (target, { id }) => {
      const attempts = [
        ['POST', '/api/records'],
        ['GET', draftOf(id)],
        ['DELETE', draftOf(id)],
        ['POST', `${draftOf(id)}/actions/publish`],
      ] as const;
      for (const [method, path] of attempts) {
        isDomainError(await call(target, method, path, { token: null }), 403, 'Permission denied.');
      }
    }),
  },
  {
    id: 'records/draft-delete',
    says: 'DELETE answers 204; the draft is gone for both APIs.',
    source: RESOURCE,
    async check(target) {
      const { id } = await createRdm(target);
      const answer = await call(target, 'DELETE', draftOf(id));
      assert.deepEqual([answer.status, answer.text], [204, '']);
      for (const path of [draftOf(id), `/api/deposit/depositions/${id}`]) {
        isDomainError(await call(target, 'GET', path), 404, 'The persistent identifier does not exist.');
      }
    },
  },
  {
    id: 'records/draft-accept',
    says: 'A type that drafts do not have is refused with 406.',
    source: SERIALIZERS,
    check: onRdmDraft(async (target, { id }) => {
      const answer = await call(target, 'GET', draftOf(id), { headers: { accept: 'text/html' } });
      assert.equal(answer.status, 406);
    }),
  },
  {
    id: 'records/draft-type',
    says: 'RDM JSON names its type.',
    source: RESOURCE,
    check: onDraft(async (target, { id }) => {
      assert.equal((await rdm(target, 'GET', draftOf(id))).headers.get('content-type'), RDM);
    }),
  },
];
