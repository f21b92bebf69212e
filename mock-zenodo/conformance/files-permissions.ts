import assert from 'node:assert/strict';
import { type Deposition, isDomainError, keyUrl, onDraft, publish, put } from './files-flow.js';
import { call, type Rule, type Target } from './rule.js';

const TESTS = 'zenodo/zenodo-rdm:site/tests/legacy/deposits/test_rest_api_file_permissions.py';
const DENIED = 'Permission denied.';
const LOCKED = 'Bucket is locked for modifications.';

type Who = 'owner' | 'another user' | 'guest';
type Expected = [status: number, message?: string];

interface Row {
  where: 'draft' | 'record' | 'edit draft';
  who: Who;
  added: Expected;
  replaced: Expected;
  removed: Expected;
  read: Expected;
}

/** Who may do what to which files: add a new key, overwrite one, delete one, download one. */
const TABLE: Row[] = [
  {
    where: 'draft',
    who: 'another user',
    added: [403, DENIED],
    replaced: [403, DENIED],
    removed: [403, DENIED],
    read: [403, DENIED],
  },
  {
    where: 'draft',
    who: 'guest',
    added: [403, DENIED],
    replaced: [403, DENIED],
    removed: [403, DENIED],
    read: [403, DENIED],
  },
  {
    where: 'record',
    who: 'owner',
    added: [404, 'Not found.'],
    replaced: [403, DENIED],
    removed: [403, DENIED],
    read: [200],
  },
  {
    where: 'record',
    who: 'guest',
    added: [404, 'Not found.'],
    replaced: [403, DENIED],
    removed: [403, DENIED],
    read: [200],
  },
  {
    where: 'edit draft',
    who: 'owner',
    added: [403, LOCKED],
    replaced: [403, LOCKED],
    removed: [403, LOCKED],
    read: [200],
  },
  { where: 'draft', who: 'owner', added: [201], replaced: [201], removed: [204], read: [200] },
];

async function place(target: Target, where: Row['where']): Promise<Deposition> {
  const record = await publish(target);
  if (where === 'record') return record;
  const answer = await call(target, 'POST', `/api/deposit/depositions/${record.id}/actions/edit`);
  assert.equal(answer.status, 201, answer.text);
  return answer.json as Deposition;
}

function tokenFor(target: Target, who: Who): string | null {
  if (who === 'guest') return null;
  return who === 'owner' ? target.token : (target.secondToken ?? '');
}

async function holds(target: Target, bucket: Deposition, row: Row): Promise<void> {
  const token = tokenFor(target, row.who);
  const expect = async (what: keyof Row, attempt: () => ReturnType<typeof call>) => {
    const [status, message] = row[what] as Expected;
    const answer = await attempt();
    assert.equal(answer.status, status, `${what}: ${answer.text}`);
    if (message !== undefined) isDomainError(answer, status, message);
  };
  await expect('added', () => put(target, bucket, 'new.csv', 'new', {}, token));
  await expect('replaced', () => put(target, bucket, 'a.csv', 'other', {}, token));
  await expect('read', () => call(target, 'GET', keyUrl(bucket, 'a.csv'), { token }));
  await expect('removed', () => call(target, 'DELETE', keyUrl(bucket, 'a.csv'), { token }));
}

/** Permissions for the files of drafts and records. */
export const filePermissionRules: Rule[] = [
  ...TABLE.map((row): Rule => {
    const needs: NonNullable<Rule['needs']> = [];
    if (row.where !== 'draft') needs.push('publish');
    if (row.who === 'another user') needs.push('second-token');
    return {
      id: `files/permissions-${row.where}-${row.who}`.replaceAll(' ', '-'),
      says: `Files of ${row.where === 'edit draft' ? 'an' : 'a'} ${row.where}, by ${row.who}: adding ${row.added[0]}, replacing ${row.replaced[0]}, removing ${row.removed[0]}, reading ${row.read[0]}.`,
      source: TESTS,
      needs,
      check:
        row.where === 'draft'
          ? onDraft(async (target, draft) => {
              assert.equal((await put(target, draft, 'a.csv')).status, 201);
              await holds(target, draft, row);
            })
          : async (target) => holds(target, await place(target, row.where), row),
    };
  }),
  {
    id: 'files/permissions-dead-token',
    says: 'A request with an unknown token counts as a guest’s: 403, not 401.',
    source: 'zenodo/zenodo#2543',
    check: onDraft(async (target, draft) => {
      isDomainError(await put(target, draft, 'a', 'x', {}, 'no-such-token'), 403, DENIED);
    }),
  },
  {
    id: 'files/permissions-restricted',
    says: 'Only the owner can read the files of a restricted record.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/permissions.py',
    needs: ['publish'],
    async check(target) {
      const record = await publish(target, { access_right: 'restricted' });
      assert.equal((await call(target, 'GET', keyUrl(record, 'a.csv'))).text, 'hello');
      isDomainError(await call(target, 'GET', keyUrl(record, 'a.csv'), { token: null }), 403, DENIED);
    },
  },
];
