import fc from 'fast-check';
import t from 'tap';
import { call } from './consent.js';
import { startService } from './service.js';

/** Fixed, so that a failure can be repeated. */
const SEED = 20_261_123;
const RUNS = 200;

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const anything = fc.oneof(
  words,
  fc.constantFrom(
    '',
    ' ',
    'null',
    '<b>x</b>',
    '<script>x</script>',
    '*',
    '10.1234/x',
    'a,b;c',
    '\u0000',
    '\ud800',
  ),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(words, fc.integer(), fc.constant(null)), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('name', 'id', 'type', 'value', 'x'), fc.oneof(words, fc.constant(null)), {
    maxKeys: 3,
  }),
);
const often = <T>(likely: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 20, arbitrary: likely }, { weight: 1, arbitrary: anything });

const person = fc.record(
  {
    first_name: words,
    last_name: words,
    affiliation: often(fc.oneof(words, fc.array(words, { maxLength: 3 }))),
    orcid: often(fc.constantFrom('0000-0002-1825-0097', 'https://orcid.org/0000-0002-1694-233X', null)),
    role: often(fc.constantFrom('Author', 'Data Curator', 'Supervisor', 'Author, Editor', 'Wizard')),
    email: often(fc.emailAddress()),
  },
  { requiredKeys: [] },
);

const container = fc.record(
  {
    title: often(fc.string({ unit: 'grapheme', minLength: 3, maxLength: 80 })),
    description: often(fc.string({ unit: 'grapheme', maxLength: 200 })),
    contributors: often(fc.array(person, { maxLength: 4 })),
    keywords: often(fc.array(words, { maxLength: 5 })),
    license: often(
      fc.constantFrom('MIT', 'CC-BY-4.0', 'CC BY 4.0', 'MIT OR Zlib', 'Own-1.0', ['MIT', 'CC0-1.0']),
    ),
    subject: often(words),
    version: often(fc.constantFrom('1.0', 'v2', 3)),
    language: often(fc.constantFrom('en', 'deu', 'German')),
    publication_date: often(fc.constantFrom('2024', '2024-02', '2024-02-29', '31.12.2023')),
    pid: often(fc.constantFrom('11.A11.1111/x', 'https://doi.org/10.1234/y', 'urn:x:y')),
    links: often(fc.array(fc.webUrl(), { maxLength: 3 })),
    resource_type: often(fc.constantFrom('Data', 'Software', 'Data, Software')),
    access_level: often(fc.constantFrom('Public', 'Private')),
    owner: often(words),
  },
  { requiredKeys: [] },
);

/** Where at Zenodo a field of a container may be found again. */
const HOMES: Record<string, string[]> = {
  title: ['title'],
  description: ['description'],
  contributors: ['creators', 'contributors'],
  keywords: ['keywords'],
  license: ['license', 'rights'],
  subject: ['keywords', 'subjects'],
  version: ['version'],
  language: ['language'],
  publication_date: ['publication_date'],
  pid: ['related_identifiers', 'identifiers'],
  links: ['related_identifiers'],
  resource_type: ['upload_type'],
  access_level: ['access_right'],
  owner: ['contributors'],
};

t.test('nothing is lost without a word, whatever a container says', async (t) => {
  const { url, mock } = await startService(t, { mock: { rateLimit: '100000/min' } });
  const token = 'mock-token';
  const made = await call(`${url}/depositions`, { json: { container_id: 'any' }, token });
  const path = `${url}/depositions/${made.body['deposition_id']}/metadata`;
  const outcomes = { saved: 0, refused: 0 };
  const property = fc.asyncProperty(container, async (body) => {
    const { status, body: answer } = await call(path, { json: { mode: 'replace', ...body }, token });
    if (status === 400) {
      outcomes.refused += 1;
      // Half a character is no JSON that can be read.
      if (answer['code'] === 'invalid_json') return;
      const errors = answer['errors'] as { field: string }[];
      if (errors.length === 0 || !errors.every(({ field }) => (field.split('.')[0] ?? '') in body)) {
        throw new Error(`refused without naming a field that was sent: ${JSON.stringify(answer)}`);
      }
      return;
    }
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(answer)}`);
    outcomes.saved += 1;
    const { metadata: record } = answer['record'] as { metadata: Record<string, unknown> };
    const kept = { ...record, ...(answer['metadata'] as Record<string, unknown>) };
    const said = [
      ...(answer['warnings'] as string[]),
      ...(answer['dropped'] as { field: string }[]).map(({ field }) => field),
    ];
    for (const [field, value] of Object.entries(body)) {
      if (saysNothing(value)) continue;
      const found = (HOMES[field] ?? []).some((home) => kept[home] !== undefined);
      const named = said.some((sentence) => sentence.split(/[.:]/)[0] === field);
      if (!found && !named) throw new Error(`${field} was lost without a word: ${JSON.stringify(answer)}`);
    }
    const keywords = Array.isArray(body.keywords) ? body.keywords : [];
    const all = JSON.stringify(kept['keywords'] ?? []);
    for (const word of keywords) {
      if (typeof word !== 'string' || saysNothing(word)) continue;
      const shown = JSON.stringify(plain(word)).slice(1, -1);
      if (!all.includes(shown) && !said.some((sentence) => sentence.startsWith('keywords'))) {
        throw new Error(`the keyword ${JSON.stringify(word)} was lost: ${all}`);
      }
    }
  });
  const { failed, counterexample, errorInstance } = await fc.check(property, {
    seed: SEED,
    numRuns: RUNS,
    interruptAfterTimeLimit: 30_000,
  });
  t.notOk(failed, `${String(errorInstance)} for ${JSON.stringify(counterexample)}`);
  t.ok(outcomes.saved > 40 && outcomes.refused > 40, `both happen: ${JSON.stringify(outcomes)}`);
  t.equal(mock.requests.list({ status: 500 }).length, 0, 'Zenodo is never made to fail');
});

function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (typeof value === 'string') return /^(null|none|~|n\/a|undefined|[,;]*)?$/i.test(plain(value));
  if (Array.isArray(value)) return value.every(saysNothing);
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A text without what no XML, and so no record, can hold, and with single blanks. */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\u200b\ufeff\ufffe\uffff]/gu, (char) => ('\t\n\r'.includes(char) ? ' ' : ''))
    .replace(/\s+/g, ' ')
    .normalize('NFC')
    .trim();
}
