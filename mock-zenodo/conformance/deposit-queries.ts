import assert from 'node:assert/strict';
import { BASE, type Shown } from './deposit-flow.js';
import { createDraft, type Deposition } from './files-flow.js';
import { call, type Rule, type Target } from './rule.js';

const QUERY_PARSER = 'zenodo/zenodo-rdm:site/zenodo_rdm/queryparser.py';
const GUIDE =
  'inveniosoftware/invenio-app-rdm:invenio_app_rdm/theme/templates/semantic-ui/invenio_app_rdm/help/search.en.html';
const PARSER = 'inveniosoftware/invenio-records-resources:tests/services/test_service_queryparser.py';
const LUCENE =
  'apache/lucene:lucene/queryparser/src/java/org/apache/lucene/queryparser/classic/QueryParserBase.java';
const LUQUM = 'jurismarches/luqum:luqum/parser.py';
const NO_QUERY = 'A text that is no query is searched for its words';
const PATIENCE_MS = 15_000;

/** One page of the listing. */
export async function list(target: Target, parameters: Record<string, string> = {}): Promise<Shown[]> {
  const answer = await call(target, 'GET', `${BASE}?${new URLSearchParams(parameters)}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json as Shown[];
}

/** Waits until the index, which is updated in the background, has a deposition. */
export async function indexed(target: Target, id: number): Promise<Shown> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const [found] = await list(target, { q: `recid:${id}` });
    if (found !== undefined) return found;
    assert.ok(Date.now() < end, `${id} never appeared in the listing`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const word = () => `w${Math.random().toString(36).slice(2, 12)}`;

/**
 * A rule about three drafts that share one rare word. Their titles contain `one`, `two` and
 * `three`.
 */
export function onThree(check: (target: Target, rare: string) => Promise<void>): Rule['check'] {
  return async (target) => {
    const rare = word();
    const drafts: Deposition[] = [];
    try {
      for (const name of ['one', 'two', 'three']) {
        const creators = [{ name: `Doe, ${name}` }];
        const fields = { title: `${rare} number ${name}`, keywords: [`${rare} key`], creators };
        drafts.push(await createDraft(target, fields));
      }
      for (const { id } of drafts) await indexed(target, id);
      await check(target, rare);
    } finally {
      for (const { links } of drafts) await call(target, 'DELETE', links.self);
    }
  };
}

/** The query language of the listing. */
export const queryRules: Rule[] = (
  [
    ['word', (w) => w, 'one two three', 'A bare word is looked for everywhere'],
    ['and', (w) => `${w} AND two`, 'two', 'AND wants both'],
    ['juxtaposed', (w) => `${w} three`, 'one two three', 'Of words side by side one is enough', GUIDE],
    ['plus', (w) => `number +${w} +three`, 'three', 'A plus requires a word', GUIDE],
    ['and-binds', (w) => `${w} OR nothing AND two`, '', 'AND requires what is on both its sides', LUCENE],
    ['fuzzy', (w) => `title:${w.slice(1)}~`, 'one two three', 'A tilde finds similar words', GUIDE],
    [
      'near',
      (w) => `title:"three ${w}"~5`,
      'three',
      'After a phrase, it finds its words in any order',
      GUIDE,
    ],
    ['blank', (w) => `title: "${w} number two"`, 'two', 'A blank may follow the colon', LUQUM],
    ['everything', (w) => `*:* AND ${w}`, 'one two three', '`*:*` finds everything', LUCENE],
    ['no-bracket', (w) => `(${w} nothing`, 'one two three', `${NO_QUERY}, as without a bracket`, PARSER],
    ['no-quote', (w) => `"two ${w}`, 'one two three', `${NO_QUERY}, as without a quote`, PARSER],
    ['no-value', (w) => `${w} title:`, 'one two three', `${NO_QUERY}, as without a value`, PARSER],
    ['no-operand', (w) => `${w} AND`, 'one two three', `${NO_QUERY}, as without an operand`, PARSER],
    ['or', (w) => `${w} AND (one OR three)`, 'one three', 'OR wants either, parentheses group'],
    ['not', (w) => `${w} AND NOT one`, 'two three', 'NOT excludes'],
    ['minus', (w) => `${w} -one`, 'two three', 'So does a minus'],
    ['field', (w) => `title:${w} AND title:two`, 'two', 'A field is named before a colon'],
    ['phrase', (w) => `title:"${w} number two"`, 'two', 'Quotes hold words together'],
    ['wildcard', (w) => `title:${w.slice(0, 8)}*`, 'one two three', 'An asterisk stands for any ending'],
    [
      'rdm-field',
      (w) => `metadata.title:${w} AND metadata.title:one`,
      'one',
      'The index’s own field names work',
    ],
    ['creator', (w) => `${w} AND creators.name:"Doe, two"`, 'two', 'Old names of nested fields are mapped'],
    ['keywords', (w) => `keywords:"${w} key"`, 'one two three', 'Old names of renamed fields are mapped'],
    ['range', (w) => `${w} AND created:[2020-01-01 TO *]`, 'one two three', 'Ranges are in brackets'],
    ['nothing', (w) => `${w} AND nofield:x`, '', 'An unknown field finds nothing'],
  ] as [string, (rare: string) => string, string, string, string?][]
).map(([name, query, expected, says, source = QUERY_PARSER]) => ({
  id: `deposit/q-${name}`,
  says: `${says}: \`${query('word')}\`.`,
  source,
  check: onThree(async (target, rare) => {
    const titles = (await list(target, { q: query(rare), sort: 'oldest' })).map(({ title }) => title);
    assert.deepEqual(titles.map((title) => title.split(' ').at(-1)).join(' '), expected);
  }),
}));
