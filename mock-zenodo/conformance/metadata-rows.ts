import assert from 'node:assert/strict';
import {
  completeDraft,
  type Fields,
  isInternalError,
  PUBLISHES,
  refusals,
  save,
  shown,
} from './deposit-flow.js';
import { isDomainError, onDraft, put } from './files-flow.js';
import { call, type Rule } from './rule.js';

/**
 * A statement about metadata: its id without the prefix, the sentence, what is sent, and the
 * result.
 */
export type Row<Expected> = [id: string, says: string, sent: Fields, expected: Expected];

/** What is sent is saved, and returned as expected. Keys expected as undefined must be absent. */
export function returned(source: string, rows: Row<Fields>[]): Rule[] {
  return rows.map(([id, says, sent, expected]) => ({
    id: `metadata/${id}`,
    says,
    source,
    check: onDraft(async (target, draft) => {
      const answer = await save(target, draft, sent);
      assert.equal(answer.status, 200, answer.text);
      const { metadata } = shown(await call(target, 'GET', draft.links.self));
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(metadata[name], value, name);
      // The response to a save resolves no references, so grants only appear when the draft is
      // read.
      const { grants: _, ...others } = metadata;
      assert.deepEqual(shown(answer).metadata, others, 'GET returns what PUT returned');
    }),
  }));
}

/** What is sent is refused with these errors, as `field: message`, and not saved. */
export function refused(source: string, rows: Row<string[]>[]): Rule[] {
  return rows.map(([id, says, sent, expected]) => ({
    id: `metadata/${id}`,
    says,
    source,
    check: onDraft(async (target, draft) => {
      assert.deepEqual(refusals(await save(target, draft, sent)), expected);
      assert.equal(shown(await call(target, 'GET', draft.links.self)).metadata['title'], undefined);
    }),
  }));
}

/** What is sent is refused with this message and without a list of errors. */
export function unknown(source: string, rows: Row<string>[]): Rule[] {
  return rows.map(([id, says, sent, message]) => ({
    id: `metadata/${id}`,
    says,
    source,
    check: onDraft(async (target, draft) => isDomainError(await save(target, draft, sent), 400, message)),
  }));
}

/** What is sent makes the deserializer fail: 500. */
export function breaking(source: string, rows: [id: string, sent: Fields][]): Rule[] {
  return rows.map(([id, sent]) => ({
    id: `metadata/500-${id}`,
    says: `\`${JSON.stringify(sent)}\` breaks the deserializer: 500.`,
    source,
    check: onDraft(async (target, draft) => isInternalError(await save(target, draft, sent))),
  }));
}

/**
 * What is sent is saved together with otherwise complete metadata. Publishing is refused with these
 * errors.
 */
export function unpublishable(source: string, rows: Row<string[]>[]): Rule[] {
  return rows.map(([id, says, sent, expected]) => ({
    id: `metadata/publish-${id}`,
    says,
    source,
    needs: PUBLISHES,
    check: async (target) => {
      const draft = await completeDraft(target, sent);
      try {
        await put(target, draft, 'a.csv');
        assert.deepEqual(refusals(await call(target, 'POST', draft.links.publish)), expected);
      } finally {
        await call(target, 'DELETE', draft.links.self);
      }
    },
  }));
}
