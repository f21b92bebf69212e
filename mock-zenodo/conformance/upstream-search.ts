import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { PUBLISHABLE, publish } from './files-flow.js';
import { rdm } from './records-flow.js';
import { call, type Rule, type Target } from './rule.js';

const PARSER_TESTS = 'zenodo/zenodo-rdm:site/tests/test_queryparser.py';

interface Record {
  parent: { communities: { ids?: string[] } };
  custom_fields?: object;
}

/** A community that the given mock user owns. */
async function newCommunity(target: Target, owner: string): Promise<{ id: string; slug: string }> {
  const slug = `rule-${randomUUID()}`;
  const json = { communities: [{ slug, owner }] };
  const answer = await call(target, 'POST', '/_mock/seed', { token: null, json });
  assert.ok(answer.status < 300, answer.text);
  const [made] = (answer.json as { communities: { id: string; slug: string }[] }).communities;
  assert.ok(made);
  return made;
}

/** Ids of the records that a query finds, oldest first. */
async function found(target: Target, query: string, where = 'records?'): Promise<number[]> {
  const path = `/api/${where}&sort=oldest&size=100&q=${encodeURIComponent(query)}`;
  const answer = await call(target, 'GET', path);
  assert.equal(answer.status, 200, `${query}: ${answer.text}`);
  return (answer.json as { hits: { hits: { id: number }[] } }).hits.hits.map(({ id }) => id);
}

const identifiers = (identifier: string, relation: string, type: string) => [
  { identifier, relation, resource_type: `publication-${type}` },
];

/** Queries with old names, and how communities change records. */
export const searchMapRules: Rule[] = [
  {
    id: 'records/upstream-query-values',
    says: 'Searches by subtype, related type and DOI find what they name, as words and phrases; the old name of dissertations still finds them.',
    source: PARSER_TESTS,
    needs: ['publish', 'mock'],
    async check(target) {
      const key = randomUUID();
      const common = { ...PUBLISHABLE, upload_type: 'publication', keywords: [key] };
      const [thesisDoi, bookDoi] = [`10.1234/thesis-${key}`, `10.1234/book-${key}`];
      const { id: thesis } = await publish(target, {
        ...common,
        publication_type: 'thesis',
        doi: thesisDoi,
        related_identifiers: identifiers(bookDoi, 'isCitedBy', 'book'),
      });
      const { id: book } = await publish(target, {
        ...common,
        publication_type: 'book',
        doi: bookDoi,
        related_identifiers: identifiers(thesisDoi, 'cites', 'dissertation'),
      });
      const expected: [query: string, id: number][] = [
        ...[
          'publication-dissertation',
          '"publication-dissertation"',
          'publication-thesis',
          '"publication-thesis"',
        ].flatMap((value): [string, number][] => [
          [`resource_type.subtype:${value}`, thesis],
          [`metadata.resource_type.id:${value}`, thesis],
          [`metadata.resource_type.props.subtype:${value}`, thesis],
          [`metadata.related_identifiers.resource_type.id:${value}`, book],
        ]),
        ['resource_type.subtype:publication-book', book],
        ['metadata.resource_type.id:"publication-book"', book],
        ['metadata.related_identifiers.resource_type.id:publication-book', thesis],
        [`doi:"${thesisDoi}"`, thesis],
        [`doi:${thesisDoi}`, thesis],
      ];
      for (const [query, id] of expected) {
        assert.deepEqual(await found(target, `keywords:"${key}" AND ${query}`), [id], query);
      }
    },
  },
  {
    id: 'records/search-old-filters',
    says: 'The public search has the filters `type`, `subtype` (only with `type`) and `communities`. Unknown communities filter nothing. Other searches ignore these filters.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/params.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id: uuid, slug } = await newCommunity(target, 'mock-user');
      const key = randomUUID();
      const common = { ...PUBLISHABLE, keywords: [key], communities: [{ identifier: slug }] };
      const { id: data } = await publish(target, common);
      const article = { upload_type: 'publication', publication_type: 'article' };
      const { id: text } = await publish(target, { ...common, ...article });
      const { id: alone } = await publish(target, { ...common, communities: [] });
      const all = [data, text, alone];
      for (const [filter, ids] of [
        ['type=dataset', [data, alone]],
        ['type=publication&type=dataset', [text]],
        ['type=publication&subtype=article', [text]],
        ['type=publication&subtype=book', []],
        ['subtype=book&type=', all],
        ['type=dataset,publication', []],
        [`communities=${slug}`, [data, text]],
        [`communities=none&communities=${uuid}&type=dataset`, [data]],
        [`communities=${slug},none`, all],
      ] as const) {
        assert.deepEqual(await found(target, `keywords:"${key}"`, `records?${filter}`), ids, filter);
      }
      const own = await found(target, `keywords:"${key}"`, 'user/records?type=dataset');
      assert.deepEqual(own, all);
      const joined = await found(target, `keywords:"${key}"`, `communities/${slug}/records?type=dataset`);
      assert.deepEqual(joined, [data, text]);
    },
  },
  {
    id: 'records/upstream-own-community',
    says: 'Records join the communities of their owner at publication, and are found by slug, as word or phrase; unknown slugs find nothing.',
    source: 'zenodo/zenodo-rdm:site/tests/legacy/test_communities.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id, slug } = await newCommunity(target, 'mock-user');
      const communities = [{ identifier: slug }];
      const record = (await publish(target, { communities })) as unknown as {
        id: number;
        metadata: { communities: unknown };
      };
      assert.deepEqual(record.metadata.communities, communities);
      const shown = (await rdm(target, 'GET', `/api/records/${record.id}`)).json as Record;
      assert.deepEqual(shown.parent.communities.ids, [id]);
      assert.ok(!('legacy:communities' in (shown.custom_fields ?? {})));
      assert.deepEqual(await found(target, `communities:${slug}`), [record.id]);
      assert.deepEqual(await found(target, `communities:"${slug}"`), [record.id]);
      assert.deepEqual(await found(target, `communities:"${slug}-not"`), []);
    },
  },
  {
    id: 'records/upstream-community-files',
    says: 'Restricted files are open to their owner and to the community that has the record, to no others.',
    source: 'zenodo/zenodo-rdm:site/tests/resources/test_record_file_permissions.py',
    needs: ['publish', 'mock', 'second-token'],
    async check(target) {
      const second = target.secondToken ?? null;
      const restricted = { access_right: 'restricted' };
      const { id: alone } = await publish(target, restricted, { 'test.pdf': 'x' });
      const json = {
        communities: [{ slug: `rule-${randomUUID()}`, owner: 'mock-user-2', members: ['mock-user'] }],
      };
      const seeded = await call(target, 'POST', '/_mock/seed', { token: null, json });
      const [community] = (seeded.json as { communities: { slug: string }[] }).communities;
      const communities = [{ identifier: community?.slug }];
      const { id: shared } = await publish(target, { ...restricted, communities }, { 'test.pdf': 'x' });
      for (const [id, others] of [
        [alone, 403],
        [shared, 200],
      ]) {
        for (const path of [`/api/records/${id}/files`, `/api/records/${id}/files/test.pdf/content`]) {
          const statuses = [
            (await call(target, 'GET', path)).status,
            (await call(target, 'GET', path, { token: second })).status,
            (await call(target, 'GET', path, { token: null })).status,
          ];
          assert.deepEqual(statuses, [200, others, 403], path);
        }
      }
    },
  },
];
