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
 * The metadata of a record as InvenioRDM's records API takes it
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/metadata.py`).
 */
export const MetadataSchema = Strict({
  resource_type: Some(OneOf(RESOURCE_TYPES)),
  // As long as one in the body of a call, whichever way it comes.
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
            Type.Object({
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

/**
 * Custom fields that are known well enough to be judged; others are Zenodo's to judge
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/custom_fields/`).
 */
export const CustomFieldsSchema = Type.Object({
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
 * Metadata and custom fields as they stand in a draft: also such as Zenodo has reported as wrong,
 * and kept.
 */
export type Content = Record<string, unknown>;
