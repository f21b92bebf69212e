import assert from 'node:assert/strict';
import { completeDraft, PUBLISHES, refusals, save, shown } from './deposit-flow.js';
import { onDraft, publish, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

const DATACITE =
  'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/pids/providers/datacite.py';

/** DOIs in metadata. */
export const doiRules: Rule[] = [
  {
    id: 'metadata/prereserve',
    says: '`prereserve_doi` is always an object, always with production’s prefix, and reserves nothing.',
    source: 'zenodo/zenodo#2561',
    check: onDraft(async (target, draft) => {
      for (const prereserve of [true, false, { doi: '10.1234/x', recid: 1 }]) {
        const { metadata, doi } = shown(await save(target, draft, { prereserve_doi: prereserve }));
        assert.deepEqual(metadata['prereserve_doi'], { doi: `10.5281/zenodo.${draft.id}`, recid: draft.id });
        assert.equal(doi, undefined);
      }
    }),
  },
  {
    id: 'metadata/doi-invalid',
    says: 'A DOI that is not valid is kept. Only publishing refuses it.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/pids/manager.py',
    needs: PUBLISHES,
    check: async (target) => {
      const draft = await completeDraft(target, { doi: 'no doi' });
      await put(target, draft, 'a.csv');
      const { doi, metadata } = shown(await call(target, 'GET', draft.links.self));
      assert.deepEqual([doi, metadata['doi']], ['no doi', 'no doi']);
      const found = refusals(await call(target, 'POST', draft.links.publish));
      await call(target, 'DELETE', draft.links.self);
      assert.deepEqual(found, ['pids.doi: Invalid DOI']);
    },
  },
  {
    id: 'metadata/doi-external',
    says: 'A DOI of someone else’s prefix is kept, also after publication, and brings no concept DOI.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/schemas.py',
    needs: PUBLISHES,
    check: async (target) => {
      const doi = `10.1234/external.${Date.now()}`;
      const record = await publish(target, { doi });
      const body = shown(await call(target, 'GET', `/api/deposit/depositions/${record.id}`));
      assert.deepEqual([body.doi, body.metadata['doi'], body.conceptdoi], [doi, doi, undefined]);
      assert.equal(body.links['doi'], `https://doi.org/${doi}`);
    },
  },
  {
    id: 'metadata/doi-taken',
    says: 'A DOI that another record has is refused.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/pids/providers/base.py',
    needs: PUBLISHES,
    check: async (target) => {
      const doi = `10.1234/taken.${Date.now()}`;
      await publish(target, { doi });
      const draft = await completeDraft(target, { doi });
      await put(target, draft, 'a.csv');
      const found = refusals(await call(target, 'POST', draft.links.publish));
      await call(target, 'DELETE', draft.links.self);
      assert.deepEqual(found, [`pids.doi: doi:${doi} already exists.`]);
    },
  },
  {
    id: 'metadata/doi-foreign-number',
    says: 'A DOI of production’s prefix with another number is refused at publication, field `pids.doi`.',
    source: DATACITE,
    needs: PUBLISHES,
    check: async (target) => {
      const draft = await completeDraft(target, { doi: '10.5281/zenodo.1' });
      await put(target, draft, 'a.csv');
      const found = refusals(await call(target, 'POST', draft.links.publish));
      await call(target, 'DELETE', draft.links.self);
      assert.deepEqual(
        found.map((text) => text.split(': ')[0]),
        ['pids.doi'],
      );
    },
  },
];
