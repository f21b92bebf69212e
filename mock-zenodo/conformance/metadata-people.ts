import { LEGACY_IN, LEGACY_OUT } from './deposit-flow.js';
import { type Row, returned, unknown } from './metadata-rows.js';
import type { Rule } from './rule.js';

type Fields = Record<string, unknown>;

const ORCID = '0000-0002-1825-0097';

const one = (person: Fields) => ({ creators: [person] });

const creators: Row<Fields>[] = [
  [
    'creator',
    'A creator comes back with name and affiliation.',
    one({ name: 'Doe, Jane', affiliation: 'CERN' }),
    one({ name: 'Doe, Jane', affiliation: 'CERN' }),
  ],
  [
    'creator-alone',
    'Without an affiliation there is a null.',
    one({ name: 'Doe, Jane' }),
    one({ name: 'Doe, Jane', affiliation: null }),
  ],
  [
    'creator-spaces',
    'Blanks around the comma are normalised.',
    one({ name: 'Doe ,  Jane' }),
    one({ name: 'Doe, Jane', affiliation: null }),
  ],
  [
    'creator-no-comma',
    'Without a comma the name is all family name.',
    one({ name: 'Jane Doe' }),
    one({ name: 'Jane Doe', affiliation: null }),
  ],
  [
    'creator-two-commas',
    'With two commas too.',
    one({ name: 'Doe, Jane, Jr.' }),
    one({ name: 'Doe, Jane, Jr.', affiliation: null }),
  ],
  [
    'creator-extra',
    'Other keys of a creator are ignored.',
    one({ name: 'Doe, Jane', email: 'x@example.org' }),
    one({ name: 'Doe, Jane', affiliation: null }),
  ],
  [
    'orcid',
    'An ORCID comes back bare.',
    one({ name: 'Doe, Jane', orcid: ORCID }),
    one({ name: 'Doe, Jane', affiliation: null, orcid: ORCID }),
  ],
  [
    'orcid-url',
    'So does one sent as a URL.',
    one({ name: 'Doe, Jane', orcid: `https://orcid.org/${ORCID}` }),
    one({ name: 'Doe, Jane', affiliation: null, orcid: ORCID }),
  ],
  [
    'orcid-run',
    'So does one without hyphens.',
    one({ name: 'Doe, Jane', orcid: ORCID.replaceAll('-', '') }),
    one({ name: 'Doe, Jane', affiliation: null, orcid: ORCID }),
  ],
  [
    'gnd',
    'A GND number comes back without its prefix.',
    one({ name: 'Doe, Jane', gnd: 'gnd:170118215' }),
    one({ name: 'Doe, Jane', affiliation: null, gnd: '170118215' }),
  ],
  ['creators-empty', 'An empty list leaves no creators.', { creators: [] }, { creators: undefined }],
];

const contributors: Row<Fields>[] = [
  [
    'contributor',
    'A contributor comes back with its type.',
    { contributors: [{ name: 'Doe, Jane', affiliation: 'CERN', type: 'DataCurator', orcid: ORCID }] },
    { contributors: [{ name: 'Doe, Jane', affiliation: 'CERN', type: 'DataCurator', orcid: ORCID }] },
  ],
  [
    'contributor-untyped',
    'Without a type there is a null.',
    { contributors: [{ name: 'Doe, Jane' }] },
    { contributors: [{ name: 'Doe, Jane', affiliation: null, type: null }] },
  ],
  [
    'contributor-translator',
    'The translator is no legacy type: it comes back as null.',
    { contributors: [{ name: 'Doe, Jane', type: 'Translator' }] },
    { contributors: [{ name: 'Doe, Jane', affiliation: null, type: null }] },
  ],
  [
    'supervisors',
    'Thesis supervisors come back as contributors, before the others.',
    { thesis_supervisors: [{ name: 'Doe, Jane' }], contributors: [{ name: 'Roe, Jo', type: 'Editor' }] },
    {
      thesis_supervisors: undefined,
      contributors: [
        { name: 'Doe, Jane', affiliation: null, type: 'Supervisor' },
        { name: 'Roe, Jo', affiliation: null, type: 'Editor' },
      ],
    },
  ],
];

const TYPES =
  'ContactPerson DataCollector DataCurator DataManager Distributor Editor HostingInstitution Producer ProjectLeader ProjectManager ProjectMember RegistrationAgency RegistrationAuthority RelatedPerson Researcher ResearchGroup RightsHolder Sponsor Supervisor WorkPackageLeader Other';

const everyType: Fields = {
  contributors: TYPES.split(' ').map((type) => ({ name: 'Doe, Jane', affiliation: null, type })),
};

/** Creators and contributors. */
export const peopleRules: Rule[] = [
  ...returned(LEGACY_IN, creators),
  ...returned(LEGACY_IN, contributors),
  ...returned(LEGACY_OUT, [
    ['contributor-types', `These types are known: ${TYPES.split(' ').join(', ')}.`, everyType, everyType],
  ]),
  ...unknown(LEGACY_IN, [
    [
      'contributor-type-unknown',
      'Any other type is refused.',
      { contributors: [{ name: 'Doe, Jane', type: 'Juggler' }] },
      'Invalid value juggler.',
    ],
  ]),
];
