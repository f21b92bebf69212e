import { Type } from 'typebox';
import { DepositionLinksSchema, DepositionStateSchema } from './depositions.js';
import { AccessTokenSchema, Anything, AnythingLong, LongValueRef, MOST } from './values.js';

/** Zenodo’s fields that hold texts as long as a description. */
const LONG = AnythingLong('Text or HTML.');

/**
 * The body of a metadata call. Its fields are read tolerantly by metadata/, which names what is
 * wrong at its own path; see docs/rdmc.md.
 */
export const DescribeSchema = Type.Object(
  {
    access_token: AccessTokenSchema,
    mode: Type.Optional(
      Type.Enum(['merge', 'replace'], {
        type: 'string',
        description:
          '`merge` (default): a field sent replaces that field, null removes it, the rest stays. `replace`: nothing stays.',
      }),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: 'Say what would be sent, and change nothing.' })),
    strict: Type.Optional(Type.Boolean({ description: 'Refuse where otherwise there would be a warning.' })),
    from_manifest: Type.Optional(
      Type.Boolean({ description: 'Use the manifest.rdmc that was uploaded to this deposition.' }),
    ),
    manifest: Type.Optional(
      Type.Unsafe<unknown>({
        ...AnythingLong(
          'A manifest.rdmc, as an object or as text (YAML). Overrides the fields of the container.',
        ),
        maxLength: MOST.manifest,
      }),
    ),
    metadata: Anything(
      'Metadata in the names of Zenodo’s deposit API, as in a `.zenodo.json`. Overrides the manifest.',
      {
        description: LONG,
        notes: LONG,
        method: LONG,
      },
    ),
    record: AnythingLong(
      '{metadata, custom_fields, access, pids} in the names of Zenodo’s records API (InvenioRDM), as the answer has it. Overrides everything else.',
    ),
    title: Anything('Text.'),
    description: AnythingLong('Text or HTML; Markdown if `description_format` says so.'),
    description_format: Type.Optional(
      Type.Unsafe<unknown>({
        description: 'How `description` is to be read: `html`, `markdown` or `text`; found out if not given.',
      }),
    ),
    contributors: Anything(
      'A list of {first_name, last_name, affiliation, orcid, role, email}, or of names. Authors become creators, and so do people without role if no `authors` are listed.',
    ),
    keywords: Anything('A list, or one text with commas or semicolons.'),
    license: Anything(
      'One or several: SPDX ids or expressions, names, URLs, or words of your own, which are sent as they are.',
    ),
    subject: Anything('Text, or {term, identifier}.'),
    version: Anything('Text.'),
    language: Anything('ISO 639 code.'),
    publication_date: Anything('YYYY-MM-DD, YYYY-MM or YYYY.'),
    pid: Anything('A persistent identifier of the container, or several.'),
    resource_type: Anything('Data, Software, …'),
  },
  {
    description: 'Unknown fields are ignored and named in `warnings`.',
    maxProperties: MOST.entries,
    additionalProperties: LongValueRef,
  },
);

/** The body of a check: what a metadata call would say, and what an upload would bring. */
export const CheckSchema = Type.Object(
  {
    ...DescribeSchema.properties,
    files: Anything('Files that would be uploaded: [{name, size}] or {name: bytes}.'),
  },
  { maxProperties: MOST.entries, additionalProperties: LongValueRef },
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
    description: 'What is at Zenodo now, in the names of its deposit API; of a dry run what would be there.',
  }),
  record: Type.Object(
    { metadata: Fields, custom_fields: Fields, access: Fields, pids: Fields },
    {
      description:
        'The same in the names of Zenodo’s records API, with all that only these can say; of a dry run what would be sent.',
    },
  ),
  doi: Type.Union([Type.String(), Type.Null()]),
  dropped: Type.Array(FieldFaultSchema, {
    description: 'What was sent and Zenodo did not keep, at the sender’s own paths.',
  }),
  warnings: Type.Array(Type.String(), {
    description: 'What was guessed, ignored or left out, each beginning with the path it is about.',
  }),
  problems: Type.Optional(
    Type.Array(FieldFaultSchema, {
      description: 'Of a dry run only: what would stop the publication, as `/check` says it.',
    }),
  ),
  dry_run: Type.Boolean(),
  links: DepositionLinksSchema,
});
