import assert from 'node:assert/strict';
import { BASE, onRecord, PUBLISHES, RESOURCES, refusals, shown } from './deposit-flow.js';
import { type Deposition, isDomainError, onDraft, publish, put } from './files-flow.js';
import { type Answer, call, type Rule, type Target } from './rule.js';

function newVersion(target: Target, id: number | string): Promise<Answer> {
  return call(target, 'POST', `${BASE}/${id}/actions/newversion`);
}

async function discard(target: Target, id: number): Promise<void> {
  await call(target, 'DELETE', `${BASE}/${id}`);
}

/** New versions: `newversion` and what it makes. */
export const versionRules: Rule[] = [
  {
    id: 'deposit/newversion',
    says: '`newversion` answers 201 with the new draft: a new id, the same concept, unsubmitted, its own `latest_draft`.',
    source: 'zenodo/zenodo#2561',
    needs: PUBLISHES,
    check: onRecord(async (target, record) => {
      const answer = await newVersion(target, record.id);
      const draft = shown(answer);
      await discard(target, draft.id);
      assert.deepEqual(
        [answer.status, draft.state, draft.submitted],
        [201, 'unsubmitted', false],
        answer.text,
      );
      assert.ok(draft.id > record.id);
      assert.equal(draft.conceptrecid, record.conceptrecid);
      assert.ok(draft.links['latest_draft']?.endsWith(`${BASE}/${draft.id}`));
    }),
  },
  {
    id: 'deposit/newversion-files',
    says: 'The files are copied with the same ids, into a new bucket.',
    source: RESOURCES,
    needs: PUBLISHES,
    check: async (target) => {
      const record = await publish(target, {}, { 'a.csv': 'one', 'b.csv': 'two' });
      const before = (await call(target, 'GET', `${BASE}/${record.id}`)).json as Deposition;
      const draft = (await newVersion(target, record.id)).json as Deposition;
      await discard(target, draft.id);
      const bare = ({ files }: Deposition) =>
        files.map(({ id, filename, checksum }) => ({ id, filename, checksum }));
      assert.deepEqual(bare(draft), bare(before));
      assert.notEqual(draft.links.bucket, before.links.bucket);
    },
  },
  {
    id: 'deposit/newversion-metadata',
    says: 'Metadata are copied too, but without DOI and version, and with today’s publication date.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/components/metadata.py',
    needs: PUBLISHES,
    check: async (target) => {
      const record = await publish(target, {
        version: '1.0',
        publication_date: '2001-02-03',
        keywords: ['kept'],
      });
      const draft = shown(await newVersion(target, record.id));
      await discard(target, draft.id);
      const { version, doi, keywords, publication_date: date } = draft.metadata;
      assert.deepEqual(
        { version, doi, keywords },
        { version: undefined, doi: undefined, keywords: ['kept'] },
      );
      assert.match(String(date), /^20(?!01)\d\d-\d\d-\d\d$/);
      assert.equal(draft.doi, undefined);
    },
  },
  {
    id: 'deposit/newversion-twice',
    says: 'While that draft has files, a second newversion is 400.',
    source: 'google/langextract#461',
    needs: PUBLISHES,
    check: onRecord(async (target, record) => {
      const draft = shown(await newVersion(target, record.id));
      const second = await newVersion(target, record.id);
      await discard(target, draft.id);
      assert.deepEqual(refusals(second), ['files.enabled: Please remove all files first.']);
    }),
  },
  {
    id: 'deposit/newversion-again',
    says: 'Once its files are removed, newversion answers the same draft and imports them again.',
    source: RESOURCES,
    needs: PUBLISHES,
    check: onRecord(async (target, record) => {
      const draft = (await newVersion(target, record.id)).json as Deposition;
      for (const { id } of draft.files) await call(target, 'DELETE', `${BASE}/${draft.id}/files/${id}`);
      const again = (await newVersion(target, record.id)).json as Deposition;
      await discard(target, draft.id);
      assert.deepEqual([again.id, again.files.length], [draft.id, draft.files.length]);
    }),
  },
  {
    id: 'deposit/newversion-draft',
    says: 'A draft that was never published has no versions: 404.',
    source: 'zenodo/zenodo-rdm:site/tests/legacy/deposits/test_rest_api_simpleflow.py',
    check: onDraft(async (target, draft) => {
      const answer = await newVersion(target, draft.id);
      isDomainError(answer, 404, 'The persistent identifier is not registered.');
    }),
  },
  {
    id: 'deposit/newversion-concept',
    says: 'The id of the concept cannot have a new version: 404.',
    source: RESOURCES,
    needs: PUBLISHES,
    check: onRecord(async (target, record) => {
      assert.equal((await newVersion(target, record.conceptrecid)).status, 404);
    }),
  },
  {
    id: 'deposit/newversion-external-doi',
    says: 'Records with an external DOI have no new versions: 403.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/permissions.py',
    needs: PUBLISHES,
    check: async (target) => {
      const record = await publish(target, { doi: `10.1234/rule.${Date.now()}` });
      isDomainError(await newVersion(target, record.id), 403, 'Permission denied.');
    },
  },
  {
    id: 'deposit/newversion-publish',
    says: 'Publishing the new version keeps the concept DOI and assigns a new version DOI.',
    source: RESOURCES,
    needs: PUBLISHES,
    check: onRecord(async (target, record) => {
      const first = shown(await call(target, 'GET', `${BASE}/${record.id}`));
      const draft = (await newVersion(target, record.id)).json as Deposition;
      await put(target, draft, 'more.csv');
      const second = shown(await call(target, 'POST', draft.links.publish));
      assert.equal(second.conceptdoi, first.conceptdoi);
      assert.notEqual(second.doi, first.doi);
    }),
  },
  {
    id: 'deposit/newversion-of-old',
    says: '`newversion` works with the id of any version, and gives what the newest has.',
    source: RESOURCES,
    needs: PUBLISHES,
    check: onRecord(async (target, record) => {
      const second = (await newVersion(target, record.id)).json as Deposition;
      await put(target, second, 'second.csv');
      await call(target, 'POST', second.links.publish);
      const third = (await newVersion(target, record.id)).json as Deposition;
      await discard(target, third.id);
      assert.deepEqual(third.files.map(({ filename }) => filename).sort(), ['a.csv', 'second.csv']);
    }),
  },
];
