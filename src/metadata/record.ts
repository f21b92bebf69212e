import { type TSchema, Type } from 'typebox';
import {
  DATE_TYPES,
  DESCRIPTION_TYPES,
  DEVELOPMENT_STATUSES,
  RELATED_TYPES,
  RELATIONS,
  RESOURCE_TYPES,
  ROLES,
  TITLE_TYPES,
} from './vocabularies.js';

const Strict = <T extends Record<string, TSchema>>(properties: T, options = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });
const Text = (least = 1) => Type.String({ minLength: least });
const Some = <T extends TSchema>(schema: T) => Type.Optional(schema);
const OneOf = (ids: readonly string[]) => Strict({ id: Type.Enum([...ids], { type: 'string' }) });
const AnyId = Strict({ id: Text() });
const Identifier = { identifier: Text(), scheme: Some(Text()) };

const Person = Strict({
  type: Type.Enum(['personal', 'organizational'], { type: 'string' }),
  name: Some(Text()),
  given_name: Some(Text()),
  family_name: Some(Text()),
  identifiers: Some(Type.Array(Strict(Identifier))),
});
const Affiliation = Strict({ id: Some(Text()), name: Some(Text()) });
const CREATOR = {
  person_or_org: Person,
  role: Some(OneOf(ROLES)),
  affiliations: Some(Type.Array(Affiliation)),
};
const English = Strict({ en: Text() });

/**
 * The metadata of a record in the records API
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/metadata.py`).
 */
export const MetadataSchema = Strict({
  resource_type: Some(OneOf(RESOURCE_TYPES)),
  // The same limit as in the body of a call.
  title: Some(Type.String({ minLength: 3, maxLength: 10_000 })),
  additional_titles: Some(
    Type.Array(Strict({ title: Text(3), type: OneOf(TITLE_TYPES), lang: Some(AnyId) })),
  ),
  creators: Some(Type.Array(Strict(CREATOR))),
  contributors: Some(Type.Array(Strict({ ...CREATOR, role: OneOf(ROLES) }))),
  publisher: Some(Text()),
  publication_date: Some(Text()),
  subjects: Some(Type.Array(Strict({ id: Some(Text()), subject: Some(Text()) }))),
  dates: Some(Type.Array(Strict({ date: Text(), type: OneOf(DATE_TYPES), description: Some(Text()) }))),
  languages: Some(Type.Array(AnyId)),
  identifiers: Some(Type.Array(Strict(Identifier))),
  related_identifiers: Some(
    Type.Array(
      Strict({ ...Identifier, relation_type: OneOf(RELATIONS), resource_type: Some(OneOf(RELATED_TYPES)) }),
    ),
  ),
  sizes: Some(Type.Array(Text())),
  formats: Some(Type.Array(Text())),
  version: Some(Type.String({ maxLength: 191 })),
  rights: Some(
    Type.Array(
      Strict({ id: Some(Text()), title: Some(English), description: Some(English), link: Some(Text()) }),
    ),
  ),
  copyright: Some(Text()),
  description: Some(Text(3)),
  additional_descriptions: Some(
    Type.Array(Strict({ description: Text(3), type: OneOf(DESCRIPTION_TYPES), lang: Some(AnyId) })),
  ),
  locations: Some(
    Strict({
      features: Type.Array(
        Strict({
          geometry: Some(
            Strict({
              type: Type.Enum(['Point', 'MultiPoint', 'Polygon'], { type: 'string' }),
              coordinates: Type.Array(Type.Unknown(), { minItems: 1 }),
            }),
          ),
          place: Some(Text()),
          identifiers: Some(Type.Array(Strict(Identifier))),
          description: Some(Text()),
        }),
      ),
    }),
  ),
  funding: Some(
    Type.Array(
      Strict({
        funder: Strict({ id: Some(Text()), name: Some(Text()) }),
        award: Some(
          Strict({
            id: Some(Text()),
            number: Some(Text()),
            title: Some(English),
            identifiers: Some(Type.Array(Strict(Identifier))),
          }),
        ),
      }),
    ),
  ),
  references: Some(Type.Array(Strict({ reference: Text(), ...Identifier, identifier: Some(Text()) }))),
});

const Texts = (names: string) =>
  Strict(Object.fromEntries(names.split(' ').map((name) => [name, Some(Type.String())])));

/** Custom fields that are lists, by what is in them and by their namespace. */
const CUSTOM_LISTS: Readonly<Record<ListItem, Record<string, string>>> = {
  text: {
    dwc: `basisOfRecord catalogNumber class collectionCode country county family genus identifiedBy
      individualCount institutionCode kingdom lifeStage locality materialSampleID namePublishedInID
      namePublishedInYear order otherCatalogNumbers phylum preparations recordedBy scientificName
      scientificNameAuthorship scientificNameID sex specificEpithet stateProvince taxonID taxonRank
      taxonomicStatus typeStatus verbatimElevation verbatimEventDate sampleSizeValue sampleSizeUnit
      associatedSequences eventID samplingProtocol locationID habitat countryCode samplingEffort
      geodeticDatum occurrenceID occurrenceStatus organismQuantityType parentEventID datasetID`,
    'gbif-dwc': 'identifiedByID recordedByID',
    gbif: 'DNA_sequence pcr_primer_forward pcr_primer_reverse pcr_primer_name_forward pcr_primer_name_reverse',
    dc: 'creator rightsHolder',
    openbiodiv: 'TaxonomicConceptLabel',
    mixs: '0000090 0000044 0000045 0000050 0000049 0000058 0000012 0000013 0000014',
    ac: `associatedSpecimenReference captureDevice physicalSetting resourceCreationTechnique
      subjectOrientation subjectPart`,
    legacy: 'communities',
  },
  day: { dwc: 'dateIdentified eventDate' },
  date: { ac: 'digitizationDate' },
  number: { dwc: 'decimalLatitude decimalLongitude organismQuantity' },
  integer: { gbif: 'ampliconSize' },
};

export type ListItem = 'text' | 'day' | 'date' | 'number' | 'integer';

/** The kind of the entries of custom fields that are lists. */
export const CUSTOM_ITEMS: ReadonlyMap<string, ListItem> = new Map(
  Object.entries(CUSTOM_LISTS).flatMap(([kind, spaces]) =>
    Object.entries(spaces).flatMap(([space, names]) =>
      names.split(/\s+/).map((name): [string, ListItem] => [`${space}:${name}`, kind as ListItem]),
    ),
  ),
);

/**
 * Custom fields as Zenodo has them; others may be newer, and are Zenodo's to judge
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/custom_fields/`,
 * `inveniosoftware/invenio-rdm-records:invenio_rdm_records/contrib/`).
 */
export const CustomFieldsSchema = Type.Object({
  ...Object.fromEntries([...CUSTOM_ITEMS.keys()].map((name) => [name, Some(Type.Array(Type.Unknown()))])),
  'obo:RO_0002453': Some(
    Type.Array(Strict({ subject: Some(Type.Array(Text())), object: Some(Type.Array(Text())) })),
  ),
  'legacy:subjects': Some(Type.Array(Texts('term identifier scheme'))),
  'journal:journal': Some(Texts('title issue volume pages issn')),
  'imprint:imprint': Some(Texts('title isbn pages place edition')),
  'thesis:thesis': Some(Texts('university department type date_submitted date_defended')),
  'meeting:meeting': Some(
    Strict({
      ...Texts('acronym dates place session session_part title url').properties,
      identifiers: Some(Type.Array(Strict(Identifier))),
    }),
  ),
  'code:codeRepository': Some(Text()),
  'code:programmingLanguage': Some(Type.Array(AnyId)),
  'code:developmentStatus': Some(OneOf(DEVELOPMENT_STATUSES)),
});

export const AccessSchema = Strict({
  record: Some(Type.Enum(['public'], { type: 'string' })),
  files: Type.Enum(['public', 'restricted'], { type: 'string' }),
  embargo: Some(
    Strict({
      active: Some(Type.Boolean()),
      until: Some(Type.Union([Type.String(), Type.Null()])),
      reason: Some(Type.Union([Type.String(), Type.Null()])),
    }),
  ),
});

/**
 * Metadata and custom fields of a draft, which may include values that Zenodo has reported as
 * invalid.
 */
export type Content = Record<string, unknown>;
