import { readFile } from 'node:fs/promises';
import t from 'tap';
import { parse } from 'yaml';
import { contractOf } from '../contract/document.js';
import { CATALOGUE, type ErrorCode } from '../src/errors.js';
import { NOTICE_CODES, notice } from '../src/notice.js';
import { PAGE_TEXTS } from '../src/page/texts/texts.js';
import { GERMAN, GERMAN_WHILE_TRYING } from '../src/user-messages/de.js';
import { ENGLISH, ENGLISH_WHILE_TRYING } from '../src/user-messages/en.js';
import { noticeMessage } from '../src/user-messages/notices.js';
import { LANGUAGES, languageOf } from '../src/user-messages/user-message.js';

const CODES = Object.keys(CATALOGUE) as ErrorCode[];

t.test('docs/errors.md explains exactly the codes there are', async (t) => {
  const text = await readFile(new URL('../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \| (.+) \| (.+) \|$/gm)];
  t.same(rows.map(([, code]) => code).sort(), [...CODES].sort(), 'each has one row, and no other has');
  for (const [, code = '', status, when = '', what = ''] of rows) {
    t.equal(Number(status), CATALOGUE[code as ErrorCode]?.status, `the status of ${code}`);
    t.match([when, what], [/^[A-Z].+\.$/, /^[A-Z].+\.$/], `${code} is explained in sentences`);
  }
});

/** What the person at the browser must not have to know. */
const JARGON = [
  /\b(GET|HEAD|POST|PUT|PATCH|DELETE|HTTP|JSON|API|UR[IL]|DNS|TLS)\b|[/{}[\]`_<>]|\b\d{3}\b/,
  /\b(OAuth|multipart|header|token|deposition|metadata|checksum|md5|Metadaten|Prüfsumme|staging|server)\b/i,
];

t.test('every code is explained to people, in each language', async (t) => {
  const languages = { ENGLISH, GERMAN, ENGLISH_WHILE_TRYING, GERMAN_WHILE_TRYING };
  t.same(Object.keys(ENGLISH).sort(), [...CODES].sort());
  t.same(Object.keys(GERMAN).sort(), [...CODES].sort());
  t.same(Object.keys(GERMAN_WHILE_TRYING).sort(), Object.keys(ENGLISH_WHILE_TRYING).sort());
  for (const [language, messages] of Object.entries(languages)) {
    for (const [code, message] of Object.entries(messages)) {
      t.match(message, /^[A-ZÄÖÜ][^.]+\.( [A-ZÄÖÜ][^.]+\.)?$/, `${language}: ${code} is one sentence or two`);
      for (const words of JARGON) t.notMatch(message, words, `${language}: ${code} asks for no knowledge`);
    }
    t.equal(new Set(Object.values(messages)).size, Object.keys(messages).length, 'each says something else');
  }
  for (const code of CODES) t.not(ENGLISH[code], GERMAN[code], code);
});

/** The upload page may say more, but nothing that its user has to look up. */
const PAGE_JARGON = [
  /\b(GET|HEAD|POST|PUT|PATCH|DELETE|HTTP|JSON|API|UR[IL]|DNS|TLS)\b|[{}[\]`<>]/,
  /\b(OAuth|multipart|header|token|deposition|metadata|md5|Metadaten|staging|tus|draft|Entwurf)\b/i,
];

t.test('the upload page asks for no knowledge, in each language', async (t) => {
  const saidBy = (text: unknown): string[] => {
    if (typeof text === 'function') return [String(text('Eis', 2)), String(text(1, 'Eis'))];
    return typeof text === 'string' ? [text] : Object.values(text as object).flatMap(saidBy);
  };
  for (const language of LANGUAGES) {
    const texts = saidBy(PAGE_TEXTS[language]);
    t.ok(texts.length > 100);
    for (const words of PAGE_JARGON)
      t.same(
        texts.filter((text) => words.test(text)),
        [],
        language,
      );
  }
});

t.test('what an upload tells besides is explained, to callers and to people', async (t) => {
  const text = await readFile(new URL('../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z_]+)` \| ([A-Z][^|]+\.) \|$/gm)].map(([, code]) => code);
  t.same(rows, [...NOTICE_CODES], 'each has one row, and no other has');
  for (const language of LANGUAGES) {
    const said = NOTICE_CODES.flatMap((code) =>
      [notice(code, ''), notice(code, '', 'Käse', 1), notice(code, '', 'x'.repeat(1000), 3)].map((one) => {
        const message = noticeMessage(one, language);
        t.match(
          message,
          /^[A-ZÄÖÜ„“][^.]+\.( [A-ZÄÖÜ][^.]+\.)?$/,
          `${language}: ${code} is one sentence or two`,
        );
        t.ok(message.length < 400, 'a long name does not drown it');
        for (const words of JARGON) t.notMatch(message, words, `${language}: ${code} asks for no knowledge`);
        return message;
      }),
    );
    t.ok(new Set(said).size >= NOTICE_CODES.length, 'each says something else');
  }
});

t.test('the language is the one that the browser likes best', async (t) => {
  const cases: [string | undefined, string][] = [
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['DE-at', 'de'],
    ['de-CH, en;q=0.9', 'de'],
    ['en-GB, de;q=0.9', 'en'],
    ['de;q=0.4, en;q=0.6', 'en'],
    ['fr, de;q=0.5', 'de'],
    ['fr-FR, *;q=0.1', 'en'],
    ['en;q=0, de;q=0.1', 'de'],
    ['de;q=0', 'en'],
    [';;;,,q=', 'en'],
    [`${','.repeat(8000)}de`, 'de'],
  ];
  for (const [header, language] of cases) {
    t.equal(languageOf({ headers: { 'accept-language': header } }), language, String(header).slice(0, 30));
  }
});

t.test('openapi.yaml names every code, with its status, at some call', async (t) => {
  const contract = parse(await readFile(new URL('../openapi.yaml', import.meta.url), 'utf8'));
  t.same(contract.components.schemas.Problem.properties.code.enum, CODES);
  const named = new Map<string, Set<string>>();
  for (const { responses } of contractOf(contract).operations) {
    for (const [status, { description }] of Object.entries(responses)) {
      if (Number(status) < 400) continue;
      for (const [, code = ''] of description.matchAll(/`([a-z_]+)`/g)) {
        named.set(code, (named.get(code) ?? new Set()).add(status));
      }
    }
  }
  for (const [code, statuses] of named) {
    t.same([...statuses], [String(CATALOGUE[code as ErrorCode]?.status)], `the status of ${code}`);
  }
  t.same(
    CODES.filter((code) => !named.has(code)),
    // The first is answered where no call is; the other is told of an upload later.
    ['method_not_allowed', 'upload_superseded'],
    'only where no call is, none can name it',
  );
});
