import assert from 'node:assert/strict';
import { isDomainError } from './files-flow.js';
import { onRdmDraft, PUBLISHABLE, type RdmRecord, rdm, upload } from './records-flow.js';
import { call, type Rule } from './rule.js';

const SERVICE = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/pids/service.py';
const doiOf = (id: string) => `/api/records/${id}/draft/pids/doi`;

/** Reserving a DOI. */
export const doiRules: Rule[] = [
  {
    id: 'records/doi-reserve',
    says: 'Reserving answers 201 with the draft and the DOI that publication will keep.',
    source: SERVICE,
    needs: ['publish'],
    check: onRdmDraft(async (target, { id }) => {
      const answer = await rdm(target, 'POST', doiOf(id));
      const { doi } = (answer.json as RdmRecord).pids;
      assert.equal(answer.status, 201);
      assert.match(doi?.identifier ?? '', new RegExp(`^10\\.(5281|5072)/zenodo\\.${id}$`));
      assert.deepEqual([doi?.provider, doi?.client], ['datacite', 'datacite']);
      await upload(target, id, 'a', 'hello');
      const published = await rdm(target, 'POST', `/api/records/${id}/draft/actions/publish`);
      assert.deepEqual((published.json as RdmRecord).pids['doi'], doi);
    }),
  },
  {
    id: 'records/doi-reserve-twice',
    says: 'A second reservation is refused.',
    source: SERVICE,
    check: onRdmDraft(async (target, { id }) => {
      await call(target, 'POST', doiOf(id));
      const answer = await call(target, 'POST', doiOf(id));
      assert.deepEqual(
        [answer.status, (answer.json as { errors: unknown }).errors],
        [400, [{ field: 'pids.doi', messages: ['A PID already exists for type doi'] }]],
      );
    }),
  },
  {
    id: 'records/doi-discard',
    says: 'Deleting a reservation answers 200 with the draft. The DOI can be reserved again.',
    source: SERVICE,
    check: onRdmDraft(async (target, { id }) => {
      await call(target, 'POST', doiOf(id));
      const answer = await rdm(target, 'DELETE', doiOf(id));
      assert.deepEqual([answer.status, (answer.json as RdmRecord).pids], [200, {}]);
      assert.equal((await call(target, 'POST', doiOf(id))).status, 201);
    }),
  },
  {
    id: 'records/doi-legacy',
    says: 'A reserved DOI is shown by the legacy API and kept when that API saves the draft.',
    source: SERVICE,
    check: onRdmDraft(async (target, { id }) => {
      const { pids } = (await rdm(target, 'POST', doiOf(id))).json as RdmRecord;
      const url = `/api/deposit/depositions/${id}`;
      const { json } = await call(target, 'PUT', url, { json: { metadata: PUBLISHABLE } });
      assert.equal((json as { doi: string }).doi, pids['doi']?.identifier);
    }),
  },
  {
    id: 'records/doi-guest',
    says: 'Only the owner can reserve a DOI.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/permissions.py',
    check: onRdmDraft(async (target, { id }) => {
      isDomainError(await call(target, 'POST', doiOf(id), { token: null }), 403, 'Permission denied.');
    }),
  },
];
