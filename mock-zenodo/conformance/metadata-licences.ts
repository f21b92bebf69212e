import { LEGACY_IN } from './deposit-flow.js';
import { refused, returned } from './metadata-rows.js';
import type { Rule } from './rule.js';

const MAP = 'zenodo/zenodo-rdm:legacy/zenodo_legacy/data/legacy_to_rdm_map.json';

/** What is sent and what is returned. */
const PAIRS = `
cc-by cc-by-4.0
cc-by-4.0 cc-by-4.0
CC-BY-4.0 cc-by-4.0
cc-by-sa cc-by-sa-4.0
cc-zero cc-zero
CC0-1.0 cc-zero
mit mit-license
mit-license mit-license
apache-2.0 apache2.0
Apache-2.0 apache2.0
apache2.0 apache2.0
apache apache2.0
gpl-3.0 gpl-3.0
gpl-3.0-only gpl-3.0
gpl-3.0+ gpl-3.0-or-later
gpl-3.0-or-later gpl-3.0-or-later
gpl-2.0 gpl-2.0
lgpl-3.0 lgpl-3.0
lgpl-2.1 lgpl-2.1
agpl-3.0 apgl-v3
agpl-v3 apgl-v3
bsd-2-clause bsd-2-clause-netbsd
bsd-3-clause bsd-3-clause
isc isc-license
isc-license isc-license
odc-odbl odc-odbl
odbl-1.0 odc-odbl
odc-pddl odc-pddl
pddl-1.0 odc-pddl
odc-by odc-by
cc-by-1.0 cc-by
cc-by-nc-4.0 cc-by-nc-4.0
cc-by-nc-sa-4.0 cc-by-nc-sa-4.0
cc-by-nd-4.0 cc-by-nd-4.0
mpl-2.0 mpl-2.0
eupl-1.2 eupl-1.2
unlicense unlicense
wtfpl wtfpl
other-open other-open
other-closed other-closed
notspecified notspecified
`;

const pairs = PAIRS.trim()
  .split('\n')
  .map((line) => line.split(' ') as [string, string]);

const wrong = "Invalid license value provided (expected string, or object with 'id' key):";

/** Licences. */
export const licenceRules: Rule[] = [
  ...returned(
    MAP,
    pairs.map(([sent, kept]) => [
      `licence-${sent.replace('+', '-plus').replaceAll('.', '-')}`,
      `Licence \`${sent}\` comes back as \`${kept}\`.`,
      { license: sent },
      { license: kept },
    ]),
  ),
  ...returned(LEGACY_IN, [
    [
      'licence-object',
      'A licence may be an object with an `id`.',
      { license: { id: 'mit' } },
      { license: 'mit-license' },
    ],
    [
      'licence-blanks',
      'Blanks around the id of a licence are ignored.',
      { license: ' MIT ' },
      { license: 'mit-license' },
    ],
    ['licence-default', 'By default the licence is CC BY 4.0.', { title: 'Title' }, { license: 'cc-by-4.0' }],
    [
      'licence-default-dataset',
      'By default the licence of a data set is CC0.',
      { upload_type: 'dataset' },
      { license: 'cc-zero' },
    ],
    ['licence-default-empty', 'Empty metadata have no licence.', {}, { license: undefined }],
  ]),
  ...refused(LEGACY_IN, [
    [
      'licence-unknown',
      'An unknown licence is refused.',
      { license: 'nope' },
      ['metadata.license: Invalid license provided: nope'],
    ],
    [
      'licence-empty',
      'A licence that is an empty text is refused.',
      { license: '' },
      ['metadata.license: Invalid license provided: '],
    ],
    [
      'licence-number',
      'A licence that is a number is refused.',
      { license: 5 },
      [`metadata.license: ${wrong} 5`],
    ],
    [
      'licence-array',
      'A licence that is an array is refused. The message shows it as Python does.',
      { license: ['a'] },
      [`metadata.license: ${wrong} ['a']`],
    ],
    [
      'licence-no-id',
      'A licence that is an empty object is refused.',
      { license: {} },
      ["metadata.license: Invalid license object provided (missing 'id' key): {}"],
    ],
    [
      'licence-null',
      'A licence that is null is refused.',
      { license: null },
      ['metadata.license: Field may not be null.'],
    ],
  ]),
];
