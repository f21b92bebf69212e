import { LEGACY_IN, LEGACY_OUT } from './deposit-flow.js';
import { type Row, returned, unknown } from './metadata-rows.js';
import type { Rule } from './rule.js';

type Fields = Record<string, unknown>;

const VOCABULARIES = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies';
const IDUTILS = 'inveniosoftware/idutils:idutils/detectors.py';

const UPLOAD_TYPES =
  'publication poster presentation dataset image video software lesson physicalobject other event model audio workflow';
const SUBTYPES: Record<string, string> = {
  publication:
    'annotationcollection book section conferencepaper conferenceproceeding datamanagementplan journal article patent peerreview preprint deliverable milestone proposal report softwaredocumentation taxonomictreatment technicalnote workingpaper datapaper dissertation standard studyregistration other',
  image: 'figure plot drawing diagram photo other',
  software: 'computationalnotebook',
};
const RELATIONS =
  'isCitedBy cites isSupplementTo isSupplementedBy isContinuedBy continues isDescribedBy describes hasMetadata isMetadataFor hasVersion isVersionOf isNewVersionOf isPreviousVersionOf isPartOf hasPart isPublishedIn isReferencedBy references isDocumentedBy documents isCompiledBy compiles isVariantFormOf isOriginalFormOf isIdenticalTo isReviewedBy reviews isDerivedFrom isSourceOf isRequiredBy requires isObsoletedBy obsoletes isAlternateIdentifier';

const types: Row<Fields>[] = [
  ...UPLOAD_TYPES.split(' ').map(
    (type): Row<Fields> => [
      `type-${type}`,
      `\`${type}\` is an upload type.`,
      { upload_type: type },
      { upload_type: type },
    ],
  ),
  ...Object.entries(SUBTYPES).flatMap(([type, names]) =>
    names.split(' ').map((name): Row<Fields> => {
      const fields = { upload_type: type, [`${type}_type`]: name };
      return [`type-${type}-${name}`, `\`${name}\` is a kind of ${type}.`, fields, fields];
    }),
  ),
  [
    'type-thesis',
    'A thesis becomes a dissertation.',
    { upload_type: 'publication', publication_type: 'thesis' },
    { upload_type: 'publication', publication_type: 'dissertation' },
  ],
  [
    'type-foreign-subtype',
    'A subtype of another upload type is ignored.',
    { upload_type: 'dataset', publication_type: 'article' },
    { upload_type: 'dataset', publication_type: undefined },
  ],
];

const identifiers = (list: Fields[]): Fields => ({ related_identifiers: list });

const schemes: Row<Fields>[] = (
  [
    ['doi', '10.1234/abc', '10.1234/abc'],
    ['doi-url', 'https://doi.org/10.1234/abc', '10.1234/abc', 'doi'],
    ['doi-prefixed', 'doi:10.1234/abc', '10.1234/abc', 'doi'],
    ['url', 'https://example.org/x?y=1', 'https://example.org/x?y=1'],
    ['arxiv', 'arXiv:1501.00001', 'arXiv:1501.00001'],
    ['arxiv-bare', '1501.00001', 'arXiv:1501.00001', 'arxiv'],
    ['handle', '2381/12345', '2381/12345'],
    ['ark', 'ark:/13030/tqb3kh97gh8w', 'ark:/13030/tqb3kh97gh8w'],
    ['isbn', '978-3-16-148410-0', '978-3-16-148410-0'],
    ['issn', '2049-3630', '2049-3630'],
    ['pmid', 'pmid:12082125', '12082125'],
    ['urn', 'urn:nbn:de:101:1-201102033592', 'urn:nbn:de:101:1-201102033592'],
    ['purl', 'https://purl.org/dc/terms/', 'https://purl.org/dc/terms/'],
    ['lsid', 'urn:lsid:ubio.org:namebank:11815', 'urn:lsid:ubio.org:namebank:11815'],
    ['ads', '2011ApJS..192...18K', '2011ApJS..192...18K'],
  ] as [string, string, string, string?][]
).map(([name, identifier, kept, scheme = name]) => [
  `scheme-${name}`,
  `\`${identifier}\` is detected as ${scheme}${kept === identifier ? '' : ` and kept as \`${kept}\``}.`,
  identifiers([{ identifier, relation: 'cites' }]),
  identifiers([{ identifier: kept, relation: 'cites', scheme }]),
]);

const relations: Row<Fields>[] = [
  [
    'relations',
    `These relations come back: ${RELATIONS.split(' ').join(', ')}.`,
    identifiers(
      RELATIONS.split(' ').map((relation, index) => ({ identifier: `10.1234/${index}`, relation })),
    ),
    identifiers(
      RELATIONS.split(' ').map((relation, index) => ({
        identifier: `10.1234/${index}`,
        relation,
        scheme: 'doi',
      })),
    ),
  ],
  [
    'relation-misspelt',
    'The old misspelling isOrignialFormOf is corrected.',
    identifiers([{ identifier: '10.1234/a', relation: 'isOrignialFormOf' }]),
    identifiers([{ identifier: '10.1234/a', relation: 'isOriginalFormOf', scheme: 'doi' }]),
  ],
  [
    'relation-nameless',
    'Relations that only RDM knows come back without `relation`.',
    identifiers([{ identifier: '10.1234/a', relation: 'isTranslationOf' }]),
    identifiers([{ identifier: '10.1234/a', scheme: 'doi' }]),
  ],
  [
    'related-resource-type',
    'The resource type of what is related comes back, before the scheme.',
    identifiers([
      { identifier: '10.1234/a', relation: 'cites', resource_type: 'publication-article', scheme: 'url' },
    ]),
    identifiers([
      { identifier: '10.1234/a', relation: 'cites', resource_type: 'publication-article', scheme: 'doi' },
    ]),
  ],
];

const related = (fields: Fields) => identifiers([{ identifier: '10.1234/a', relation: 'cites', ...fields }]);

/** Vocabularies: known entries are returned, unknown ones are refused at once. */
export const vocabularyRules: Rule[] = [
  ...returned(`${VOCABULARIES}/resource_types.yaml`, types),
  ...returned(IDUTILS, schemes),
  ...returned(LEGACY_OUT, relations),
  ...unknown(LEGACY_IN, [
    [
      'unknown-upload-type',
      'An unknown upload type is refused.',
      { upload_type: 'poem' },
      'Invalid value poem.',
    ],
    [
      'unknown-subtype',
      'An unknown subtype is refused.',
      { upload_type: 'image', image_type: 'icon' },
      'Invalid value image-icon.',
    ],
    [
      'unknown-relation',
      'An unknown relation is refused.',
      related({ relation: 'isFriendOf' }),
      'Invalid value isfriendof.',
    ],
    [
      'unknown-related-type',
      'An unknown related type is refused.',
      related({ resource_type: 'poem' }),
      'Invalid value poem.',
    ],
    [
      'unknown-date-type',
      'An unknown type of date is refused.',
      { dates: [{ type: 'Eaten', start: '2020', end: '2021' }] },
      'Invalid value eaten.',
    ],
    ['unknown-language', 'An unknown language is refused.', { language: 'xqq' }, 'Invalid value xqq.'],
    [
      'unknown-funder',
      'An unknown funder is refused.',
      { grants: [{ id: '10.9999/1::5' }] },
      'Invalid value 10.9999/1.',
    ],
    [
      'not-depositable-project',
      'A project exists, but not as an upload.',
      { upload_type: 'project' },
      'Not a valid value.',
    ],
    [
      'not-depositable-instrument',
      'An instrument exists, but not as an upload.',
      { upload_type: 'instrument' },
      'Not a valid value.',
    ],
  ]),
];
