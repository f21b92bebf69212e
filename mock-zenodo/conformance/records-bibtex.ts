import assert from 'node:assert/strict';
import { onRdmDraft, RDM_METADATA, rdm } from './records-flow.js';
import { call, type Rule } from './rule.js';

const BIBTEX =
  'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/bibtex/schema.py';

const person = (family: string, given = 'A') => ({
  person_or_org: { type: 'personal', family_name: family, given_name: given },
});

/** A draft in BibTeX: what is added to its usual metadata, and the text, with ID for its id. */
const rows: [id: string, says: string, sent: object, custom: object, expected: string[]][] = [
  [
    'long',
    'Long values are broken after 50 characters; names of several words are joined by `_` in the key.',
    {
      creators: [person('van der Berg', 'Zoë'), person('Nicholls', 'Zebedee')],
      title: 'Reduced complexity model intercomparison project phase two of fog and wind',
      version: '2',
    },
    {},
    [
      '@dataset{van_der_berg_2026_ID,',
      '  author       = {van der Berg, Zoë and',
      '                  Nicholls, Zebedee},',
      '  title        = {Reduced complexity model intercomparison project',
      '                   phase two of fog and wind',
      '                  },',
      '  month        = jan,',
      '  year         = 2026,',
      '  publisher    = {Zenodo},',
      '  version      = 2,',
      '}',
    ],
  ],
  [
    'escaped',
    'Characters that are special in TeX are escaped.',
    { creators: [person('Doe')], title: '100% & more_things #1 for $5' },
    {},
    [
      '@dataset{doe_2026_ID,',
      '  author       = {Doe, A},',
      '  title        = {100\\% \\& more\\_things \\#1 for \\$5},',
      '  month        = jan,',
      '  year         = 2026,',
      '  publisher    = {Zenodo},',
      '}',
    ],
  ],
  [
    'apostrophe',
    'In the key, an apostrophe separates, and Cyrillic and Greek are spelt out.',
    { creators: [person("O'Brien Щербина Œß")], title: 'Fog  and wind' },
    {},
    [
      '@dataset{o_brien_shcherbina_oess_2026_ID,',
      "  author       = {O'Brien Щербина Œß, A},",
      '  title        = {Fog  and wind},',
      '  month        = jan,',
      '  year         = 2026,',
      '  publisher    = {Zenodo},',
      '}',
    ],
  ],
  [
    'spaces',
    'Several spaces stay, except where a line is broken.',
    { creators: [person('Doe')], title: 'Reduced complexity  model intercomparison projects  (phase two)' },
    {},
    [
      '@dataset{doe_2026_ID,',
      '  author       = {Doe, A},',
      '  title        = {Reduced complexity  model intercomparison projects',
      '                   (phase two)',
      '                  },',
      '  month        = jan,',
      '  year         = 2026,',
      '  publisher    = {Zenodo},',
      '}',
    ],
  ],
  [
    'article',
    'An article has journal, volume and number, but no publisher.',
    { creators: [person('Doe')], title: 'Fog', resource_type: { id: 'publication-article' } },
    { 'journal:journal': { title: 'J. of Fog', volume: '3', issue: '2a' } },
    [
      '@article{doe_2026_ID,',
      '  author       = {Doe, A},',
      '  title        = {Fog},',
      '  journal      = {J. of Fog},',
      '  year         = 2026,',
      '  volume       = 3,',
      '  number       = {2a},',
      '  month        = jan,',
      '}',
    ],
  ],
  ...[
    'publication-article',
    'publication-conferencepaper',
    'publication-report',
    'publication-preprint',
    'publication-workingpaper',
    'publication-dissertation',
  ].map((type): [string, string, object, object, string[]] => [
    type,
    `Without what its kind needs, a \`${type}\` is \`misc\`.`,
    { creators: [person('Doe')], title: 'Fog', resource_type: { id: type } },
    {},
    [
      '@misc{doe_2026_ID,',
      '  author       = {Doe, A},',
      '  title        = {Fog},',
      '  month        = jan,',
      '  year         = 2026,',
      '  publisher    = {Zenodo},',
      '}',
    ],
  ]),
  [
    'manual',
    'A technical note is a manual: its title comes first.',
    { creators: [person('Doe')], title: 'Fog', resource_type: { id: 'publication-technicalnote' } },
    {},
    [
      '@manual{doe_2026_ID,',
      '  title        = {Fog},',
      '  author       = {Doe, A},',
      '  month        = jan,',
      '  year         = 2026,',
      '}',
    ],
  ],
];

/** Records in BibTeX. */
export const bibtexRules: Rule[] = rows.map(([id, says, sent, custom_fields, expected]) => ({
  id: `records/bibtex-${id}`,
  says,
  source: BIBTEX,
  check: onRdmDraft(async (target, draft) => {
    const path = `/api/records/${draft.id}/draft`;
    await rdm(target, 'PUT', path, { json: { metadata: { ...RDM_METADATA, ...sent }, custom_fields } });
    const { text } = await call(target, 'GET', path, { headers: { accept: 'application/x-bibtex' } });
    assert.equal(text.replace(draft.id, 'ID'), expected.join('\n'));
  }),
}));
