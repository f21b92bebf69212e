import assert from 'node:assert/strict';
import { isDomainError } from './files-flow.js';
import { createRdm, publish, RDM_METADATA, type RdmRecord, rdm, upload } from './records-flow.js';
import { call, type Rule } from './rule.js';

const RESOURCE =
  'inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/resources/records/resource.py';
const SERVICE = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/services.py';
const draftOf = (id: string | number) => `/api/records/${id}/draft`;
const MISSING = ['Missing data for required field.'];

/** Publishing and editing in the records API. */
export const publishingRules: Rule[] = [
  {
    id: 'records/draft-publish-invalid',
    says: 'Publishing names missing fields by their RDM paths.',
    source: SERVICE,
    async check(target) {
      const { id } = await createRdm(target, {});
      const answer = await rdm(target, 'POST', `${draftOf(id)}/actions/publish`);
      const { message, errors } = answer.json as { message: string; errors: RdmRecord['errors'] };
      assert.deepEqual([answer.status, message], [400, 'A validation error occurred.']);
      const fields = new Map(errors?.map(({ field, messages }) => [field, messages]));
      assert.deepEqual(fields.get('metadata.title'), MISSING);
      assert.deepEqual(fields.get('metadata.creators'), MISSING);
      await call(target, 'DELETE', draftOf(id));
    },
  },
  {
    id: 'records/draft-publish',
    says: 'Publishing answers 202 with the record, under its DOI.',
    source: RESOURCE,
    needs: ['publish'],
    async check(target) {
      const { id } = await createRdm(target);
      assert.equal((await upload(target, id, 'a.csv', 'hello')).status, 200);
      const answer = await rdm(target, 'POST', `${draftOf(id)}/actions/publish`);
      const record = answer.json as RdmRecord;
      assert.deepEqual([answer.status, record.is_published, record.is_draft], [202, true, false]);
      assert.match(record.pids['doi']?.identifier ?? '', new RegExp(`^10\\.\\d+/zenodo\\.${id}$`));
      isDomainError(await call(target, 'GET', draftOf(id)), 404, 'Not found.');
    },
  },
  {
    id: 'records/draft-metadata-only',
    says: 'Zenodo has no records without files: `files.enabled: false` is reported and not stored.',
    source: 'zenodo/zenodo-rdm:invenio.cfg',
    needs: ['publish'],
    async check(target) {
      const json = { metadata: RDM_METADATA, files: { enabled: false } };
      const { id, files, errors } = (await rdm(target, 'POST', '/api/records', { json })).json as RdmRecord;
      const message = "You don't have permissions to manage files options.";
      assert.deepEqual([files.enabled, errors], [true, [{ field: 'files.enabled', messages: [message] }]]);
      const answer = await rdm(target, 'POST', `${draftOf(id)}/actions/publish`);
      await call(target, 'DELETE', draftOf(id));
      assert.equal(answer.status, 400, answer.text);
    },
  },
  {
    id: 'records/draft-edit',
    says: 'POST opens the edit draft of a published record, and again returns the same. Discarding it does not change the record.',
    source: RESOURCE,
    needs: ['publish'],
    async check(target) {
      const { id } = await publish(target);
      for (const _ of [1, 2]) {
        const answer = await rdm(target, 'POST', draftOf(id));
        const draft = answer.json as RdmRecord;
        assert.deepEqual([answer.status, draft.is_draft, draft.is_published], [201, true, true]);
      }
      assert.equal((await call(target, 'DELETE', draftOf(id))).status, 204);
      assert.equal((await call(target, 'GET', `/api/records/${id}`)).status, 200);
    },
  },
];
