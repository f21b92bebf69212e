import { LEGACY_IN, LEGACY_OUT } from './deposit-flow.js';
import { type Row, returned } from './metadata-rows.js';
import type { Rule } from './rule.js';

/** Texts that are returned as they were sent. */
const PLAIN =
  'journal_title journal_volume journal_issue journal_pages conference_title conference_acronym conference_dates conference_place conference_session conference_session_part imprint_place partof_title partof_pages thesis_university version notes method';

const plain: Row<Fields>[] = PLAIN.split(' ').map((name) => [
  name.replaceAll('_', '-'),
  `\`${name}\` comes back as it was sent.`,
  { [name]: 'Some text' },
  { [name]: 'Some text' },
]);

type Fields = Record<string, unknown>;

const texts: Row<Fields>[] = [
  [
    'title',
    'The title comes back, stripped of blanks around it.',
    { title: '  A title ' },
    { title: 'A title' },
  ],
  ['title-short', 'A title of less than three characters is dropped.', { title: 'ab' }, { title: undefined }],
  [
    'description-tags',
    'Harmless tags stay in the description.',
    {
      description: '<p>One <em>two</em><br><a href="https://example.org">three</a></p><ul><li>four</li></ul>',
    },
    {
      description: '<p>One <em>two</em><br><a href="https://example.org">three</a></p><ul><li>four</li></ul>',
    },
  ],
  [
    'description-script',
    'Other tags are removed, and their text stays. Scripts in links and event handlers are removed too.',
    {
      description:
        '<script>bad()</script><p onclick="x()">good <a href="javascript:x()">link</a><img src="x"></p>',
    },
    { description: 'bad()<p>good <a>link</a></p>' },
  ],
  [
    'description-escaped',
    'A bare ampersand is escaped.',
    { description: 'a & b &lt; c' },
    { description: 'a &amp; b &lt; c' },
  ],
  [
    'conference-url',
    'A URL of a conference comes back.',
    { conference_url: 'https://example.org/' },
    { conference_url: 'https://example.org/' },
  ],
  [
    'conference-url-bad',
    'A value that is not a URL is dropped.',
    { conference_url: 'nowhere' },
    { conference_url: undefined },
  ],
  [
    'isbn',
    'An ISBN comes back.',
    { imprint_isbn: '978-3-16-148410-0' },
    { imprint_isbn: '978-3-16-148410-0' },
  ],
  [
    'isbn-bad',
    'A wrong ISBN is dropped.',
    { imprint_isbn: '978-3-16-148410-1' },
    { imprint_isbn: undefined },
  ],
  ['publisher', 'The publisher is Zenodo by default.', { title: 'Title' }, { imprint_publisher: 'Zenodo' }],
  [
    'publisher-own',
    '`imprint_publisher` becomes the publisher.',
    { imprint_publisher: 'Press' },
    { imprint_publisher: 'Press' },
  ],
  [
    'access-conditions',
    '`access_conditions` are dropped.',
    { access_right: 'restricted', access_conditions: 'ask' },
    { access_conditions: undefined },
  ],
  [
    'unknown',
    'Unknown fields are ignored.',
    { nothing: 1, title: 'Title' },
    { nothing: undefined, title: 'Title' },
  ],
  [
    'custom',
    'Custom fields of known namespaces pass through.',
    { custom: { 'dwc:family': ['Felidae'] } },
    { custom: { 'dwc:family': ['Felidae'] } },
  ],
];

/** How texts are returned. */
export const textRules: Rule[] = [...returned(LEGACY_OUT, plain), ...returned(LEGACY_IN, texts)];
