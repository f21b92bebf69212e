import { Type } from 'typebox';
import { AccessTokenSchema, Anything, AnythingLong, LongValueRef, MAX } from './body-limits.js';
import { DepositionLinksSchema, DepositionStateSchema } from './depositions.js';

/** Fields of Zenodo that may be as long as a description. */
const LONG = AnythingLong('Text or HTML.');

/**
 * The body of a metadata call. `src/metadata` reads its fields tolerantly and reports faults under
 * their own paths; see docs/rdmc.md.
 */
export const DescribeSchema = Type.Object(
  {
    access_token: AccessTokenSchema,
    mode: Type.Optional(
      Type.Enum(['merge', 'replace'], {
        type: 'string',
        description:
          '`merge` (default): a field that you send replaces the same field of the draft, null removes it, and all other fields are kept. `replace`: no other field is kept.',
      }),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: 'Return what would be sent, and change nothing.' })),
    strict: Type.Optional(
      Type.Boolean({
        description:
          'Reject the call if the mapping has warnings or the structure of the manifest has faults.',
      }),
    ),
    from_manifest: Type.Optional(
      Type.Boolean({ description: 'Use the `manifest.rdmc` that was uploaded to this deposition.' }),
    ),
    manifest: Type.Optional(
      Type.Unsafe<unknown>({
        ...AnythingLong(
          'A `manifest.rdmc`, as an object or as YAML text. It overrides the fields of the container.',
        ),
        maxLength: MAX.manifest,
      }),
    ),
    metadata: Anything(
      'Metadata with the field names of Zenodo’s deposit API, as in `.zenodo.json`. It overrides the manifest.',
      {
        description: LONG,
        notes: LONG,
        method: LONG,
      },
    ),
    record: AnythingLong(
      '`{metadata, custom_fields, access, pids}` with the field names of Zenodo’s records API (InvenioRDM), as in the response. It overrides everything else.',
    ),
    title: Anything('A string.'),
    titles: AnythingLong('A list of `{title, titleType, lang}`, as at DataCite.'),
    subtitle: AnythingLong('A string.'),
    alternative_title: AnythingLong('A string, `{title, lang}`, or a list of these.'),
    translated_title: AnythingLong('A string, `{title, lang}`, or a list of these.'),
    additional_titles: AnythingLong('A list of `{title, type, lang}`.'),
    additional_descriptions: AnythingLong('A list of `{description, type, lang}`.'),
    descriptions: AnythingLong('A list of `{description, descriptionType, lang}`, as at DataCite.'),
    description: AnythingLong('HTML, Markdown or plain text; see `description_format`.'),
    description_format: Anything(
      'Format of `description`: `html`, `markdown` or `text`. Detected if absent.',
    ),
    authors: AnythingLong('The creators: a list of names or people, or one string with several names.'),
    contributors: Anything(
      'A list of names, or of objects `{first_name, last_name, affiliation, orcid, role, email}`. Authors become creators. If there is no list `authors`, people without a role become creators too.',
    ),
    owner: AnythingLong('A name or a person, who becomes a contributor with the role `rightsholder`.'),
    contact: AnythingLong('A name or a person, who becomes a contributor with the role `contactperson`.'),
    editor: AnythingLong('A name or a person, who becomes a contributor with the role `editor`.'),
    keywords: Anything('A list, or one string with commas or semicolons as separators.'),
    license: Anything(
      'One or more licenses: SPDX ids or expressions, names, URLs, or your own text, which is sent unchanged.',
    ),
    subject: Anything('A string, or an object `{term, identifier}`.'),
    version: Anything('A string.'),
    language: Anything('An ISO 639 language code.'),
    publication_date: Anything('YYYY-MM-DD, YYYY-MM or YYYY.'),
    publisher: AnythingLong('A string.'),
    dates: AnythingLong('A date, or a list of `{type, start, end}` or `{type, date}`.'),
    pid: Anything('One or more persistent identifiers of the container.'),
    alternateIdentifiers: AnythingLong('A list of `{alternateIdentifier, alternateIdentifierType}`.'),
    previous_version: AnythingLong('An identifier.'),
    part_of: AnythingLong('An identifier.'),
    derived_from: AnythingLong('An identifier.'),
    relatedIdentifiers: AnythingLong(
      'A list of `{relatedIdentifier, relationType, resourceTypeGeneral}`, as at DataCite.',
    ),
    links: AnythingLong('A list of `{title, link, resource type}`.'),
    references: AnythingLong('Strings, or `{authors, year, title, doi}`.'),
    repository: AnythingLong('The URL of the source code.'),
    programming_language: AnythingLong('One or more names.'),
    development_status: AnythingLong('A word or a URL of repostatus.org.'),
    funding: AnythingLong('A list of `{funder: {name, ror}, award: {number, title, url}}`, or names.'),
    resource_type: Anything('For example `Data` or `Software`, or the address of a COAR resource type.'),
    access_level: AnythingLong('`Public`, `Restricted`, `Private` or `Embargoed`.'),
    embargo_date: AnythingLong('A date in the future.'),
    geoLocations: AnythingLong('A list of `{geoLocationPlace, geoLocationPoint}`, as at DataCite.'),
    sizes: AnythingLong('One or more strings.'),
    formats: AnythingLong('One or more strings.'),
    'container-concept': AnythingLong('A string.'),
  },
  {
    description: 'Unknown fields are ignored and named in `warnings`.',
    maxProperties: MAX.entries,
    additionalProperties: LongValueRef,
  },
);

/** The body of a check: the fields of a metadata call, and the files of a planned upload. */
export const CheckSchema = Type.Object(
  {
    ...DescribeSchema.properties,
    files: Anything('Files to be uploaded, as `[{name, size}]` or `{name: bytes}`.'),
  },
  { maxProperties: MAX.entries, additionalProperties: LongValueRef },
);

/** What is wrong with a field. */
export const FieldFaultSchema = Type.Object({ field: Type.String(), message: Type.String() });

/** A part of a draft as Zenodo has it. */
const Fields = Type.Record(Type.String(), Type.Unknown());

export const DescribedSchema = Type.Object({
  deposition_id: Type.Integer(),
  title: Type.String(),
  state: DepositionStateSchema,
  metadata: Type.Record(Type.String(), Type.Unknown(), {
    description:
      'The metadata at Zenodo after this call, with the field names of its deposit API. After a dry run, what it would be, but with the ids of licences and funders that `record` has, and without the names of institutions that have an id.',
  }),
  record: Type.Object(
    { metadata: Fields, custom_fields: Fields, access: Fields, pids: Fields },
    {
      description:
        'The same with the field names of Zenodo’s records API, including what the deposit API cannot express. After a dry run, what would be sent.',
    },
  ),
  doi: Type.Union([Type.String(), Type.Null()]),
  dropped: Type.Array(FieldFaultSchema, {
    description: 'Fields that Zenodo did not keep, by their paths in the request.',
  }),
  warnings: Type.Array(Type.String(), {
    description: 'What was guessed, ignored or left out. Each warning begins with the path of the field.',
  }),
  problems: Type.Optional(
    Type.Array(FieldFaultSchema, {
      description: 'After a dry run only: what would prevent the publication, as `/check` returns it.',
    }),
  ),
  dry_run: Type.Boolean(),
  links: DepositionLinksSchema,
});
