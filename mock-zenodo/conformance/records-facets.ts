import assert from 'node:assert/strict';
import { onRdmDraft, publish, rdm } from './records-flow.js';
import { call, type Rule, type Target } from './rule.js';

const FACETS =
  'inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/facets/facets.py';

interface Bucket {
  key: string;
  doc_count: number;
  label: string;
  is_selected: boolean;
  inner?: { buckets: Bucket[] };
}

interface Counted {
  hits: { total: number };
  aggregations: Record<string, { buckets: Bucket[]; label: string }>;
}

/** Publishes two articles and a dataset, and returns a search that finds only these. */
async function three(target: Target): Promise<string> {
  const keyword = `facet${Date.now()}${Math.random().toString(36).slice(2)}`;
  const article = { upload_type: 'publication', publication_type: 'article', keywords: [keyword] };
  await publish(target, article, { 'a.pdf': 'a', 'b.pdf': 'b' });
  await publish(target, { ...article, access_right: 'restricted' }, { 'a.csv': 'a' });
  await publish(target, { upload_type: 'dataset', keywords: [keyword, 'rare'] }, { 'no-extension': 'a' });
  return `/api/records?q=keywords:${keyword}`;
}

const search = async (target: Target, path: string) =>
  (await call(target, 'GET', path, { token: null })).json as Counted;

/** Counts of what a search finds. */
export const facetRules: Rule[] = [
  {
    id: 'records/aggregations',
    says: 'Searches count what they found by year, and by access, type, keyword and kind of file, most first; types have their subtypes inside.',
    source: FACETS,
    needs: ['publish', 'mock'],
    async check(target) {
      const path = await three(target);
      const { aggregations } = await search(target, path);
      const names = ['publication_date', 'access_status', 'resource_type', 'subject', 'file_type'];
      assert.deepEqual(Object.keys(aggregations), names);
      const bucket = (key: string, doc_count: number, label: string) => ({
        key,
        doc_count,
        label,
        is_selected: false,
      });
      assert.deepEqual(aggregations['access_status'], {
        buckets: [bucket('open', 2, 'Open'), bucket('restricted', 1, 'Restricted')],
        label: 'Access status',
      });
      const articles = { buckets: [bucket('publication-article', 2, 'Journal article')] };
      assert.deepEqual(aggregations['resource_type'], {
        buckets: [
          { ...bucket('publication', 2, 'Publication'), inner: articles },
          { ...bucket('dataset', 1, 'Dataset'), inner: { buckets: [] } },
        ],
        label: 'Resource types',
      });
      const counts = (name: string) =>
        aggregations[name]?.buckets.map(({ doc_count, label }) => [label, doc_count]);
      assert.deepEqual(counts('subject')?.slice(1), [['rare', 1]]);
      assert.deepEqual(counts('file_type'), [
        ['CSV', 1],
        ['PDF', 1],
      ]);
    },
  },
  {
    id: 'records/aggregations-selected',
    says: 'Filters narrow the hits and are marked as selected, but the counts stay those of the whole query.',
    source:
      'inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/params/facets.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const path = await three(target);
      const open = await search(target, `${path}&access_status=open`);
      assert.equal(open.hits.total, 2);
      assert.deepEqual(
        open.aggregations['access_status']?.buckets.map((one) => [one.key, one.doc_count, one.is_selected]),
        [
          ['open', 2, true],
          ['restricted', 1, false],
        ],
      );
      const nested = `${path}&resource_type=publication::publication-article`;
      const found = await search(target, nested);
      const [publication] = found.aggregations['resource_type']?.buckets ?? [];
      assert.deepEqual(
        [found.hits.total, publication?.is_selected, publication?.inner?.buckets[0]?.is_selected],
        [2, false, true],
      );
      const either = await search(target, `${nested}&resource_type=dataset`);
      assert.equal(either.hits.total, 3);
      const bare = await search(target, `${path}&resource_type=publication-article`);
      assert.equal(bare.hits.total, 0, 'subtypes are named below their types');
      const { publication_date: years } = (await search(target, `${path}&publication_date=2020..`))
        .aggregations;
      assert.deepEqual(
        years?.buckets.map((one) => [one.doc_count, one.is_selected]),
        [[3, true]],
      );
      const old = await search(target, `${path}&publication_date=..2000&publication_date=%5B1990..1995)`);
      assert.equal(old.hits.total, 0);
    },
  },
  {
    id: 'records/aggregations-own',
    says: 'Searches among one’s own count drafts and records too, by the same.',
    source: 'zenodo/zenodo-rdm:invenio.cfg',
    check: onRdmDraft(async (target, { id }) => {
      const { aggregations } = (await rdm(target, 'GET', `/api/user/records?q=id:${id}`)).json as Counted;
      assert.deepEqual(
        Object.entries(aggregations).map(([name, { label, buckets }]) => [name, label, buckets[0]?.label]),
        [
          ['publication_date', 'Publication date', '2026'],
          ['access_status', 'Access status', 'Open'],
          ['resource_type', 'Resource types', 'Dataset'],
          ['subject', 'Subjects', undefined],
          ['file_type', 'File type', undefined],
        ],
      );
    }),
  },
];
