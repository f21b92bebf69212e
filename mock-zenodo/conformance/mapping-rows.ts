import assert from 'node:assert/strict';
import { BASE, type Fields, isInternalError, LEGACY_IN, RDM_SCHEMA } from './deposit-flow.js';
import { onRdmDraft, type RdmRecord, rdm } from './records-flow.js';
import { type Answer, call, type Rule } from './rule.js';

/** Parts of a records draft as they are stored. */
interface Stored {
  metadata: Fields;
  custom_fields?: Fields;
  access?: Fields;
  pids?: Fields;
}

/** Metadata of the deposit API: id, what it shows, what is sent, and the resulting draft. */
export type DepositRow = [id: string, says: string, sent: Fields, stored: Stored];

/**
 * Metadata of a records draft: id, what it shows, what is sent, what is stored (null: 500), and the
 * errors as `field: message`.
 */
export type RecordsRow = [id: string, says: string, sent: Fields, stored: Fields | null, errors: string[]];

const OPEN: Fields = { record: 'public', files: 'public' };

/** Rules about the mapping of deposit-API metadata, seen through the records API. */
export function depositMapping(rows: DepositRow[]): Rule[] {
  return rows.map(([id, says, sent, stored]) => ({
    id: `metadata/mapping-${id}`,
    says,
    source: LEGACY_IN,
    async check(target) {
      const made = await call(target, 'POST', BASE, { json: { metadata: sent } });
      assert.equal(made.status, 201, made.text);
      const { id: recid } = made.json as { id: number };
      try {
        const draft = (await rdm(target, 'GET', `/api/records/${recid}/draft`)).json as RdmRecord & Stored;
        assert.deepEqual(reduced(draft.metadata), stored.metadata);
        assert.deepEqual(draft.custom_fields, stored.custom_fields ?? {});
        assert.deepEqual(draft.pids, stored.pids ?? {});
        const { status: _, embargo, ...access } = draft.access ?? {};
        const { embargo: until, ...wanted } = stored.access ?? OPEN;
        assert.deepEqual(access, wanted);
        if (until !== undefined) assert.deepEqual(embargo, until);
      } finally {
        await call(target, 'DELETE', `${BASE}/${recid}`);
      }
    },
  }));
}

/** Rules about what a records draft keeps of what is sent, and what the response says. */
export function recordsMapping(rows: RecordsRow[], source = RDM_SCHEMA): Rule[] {
  return rows.map(([id, says, sent, stored, errors]) => ({
    id: `records/mapping-${id}`,
    says,
    source,
    check: onRdmDraft(async (target, draft) => {
      const path = `/api/records/${draft.id}/draft`;
      const answer = await rdm(target, 'PUT', path, { json: { metadata: sent } });
      if (stored === null) return isInternalError(answer);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual((answer.json as RdmRecord).metadata, stored);
      assert.deepEqual(faults(answer), errors);
      const shown = (await rdm(target, 'GET', path)).json as RdmRecord;
      assert.equal('errors' in shown, false, 'reading shows no errors');
      assert.deepEqual(reduced(shown.metadata), stored);
    }),
  }));
}

/**
 * The errors of a save as `field: message`, without those that a draft may have: missing required
 * metadata, publisher and files.
 */
export function faults(answer: Answer): string[] {
  const { errors = [] } = answer.json as RdmRecord;
  return errors
    .filter(({ field }) => field !== 'metadata.publisher' && field !== 'files.enabled')
    .flatMap(({ field, messages }) => messages.map((message) => `${field}: ${message}`))
    .filter((fault) => !/^metadata\.\w+: Missing data for required field\.$/.test(fault));
}

/** Metadata without what reading adds: everything with an id is reduced to its id. */
function reduced(metadata: Fields): Fields {
  const shorten = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shorten);
    if (typeof value !== 'object' || value === null) return value;
    if ('id' in value) return { id: value.id };
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item)]));
  };
  return shorten(metadata) as Fields;
}
