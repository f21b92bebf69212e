import { Type } from 'typebox';
import { DepositionSchema, DepositionStateSchema } from './depositions.js';
import { AccessTokenSchema, Anything, AnythingLong, LongValueRef, MOST } from './values.js';

/** Zenodo’s fields that hold texts as long as a description. */
const LONG = AnythingLong('Text or HTML.');

/** The body of a metadata call. Its fields are read tolerantly by rdmc/, which names what is wrong at its own path; see docs/rdmc.md. */
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
    metadata: Anything('Zenodo’s own metadata object, in its legacy names. Overrides everything else.', {
      description: LONG,
      notes: LONG,
      method: LONG,
    }),
    title: Anything('Text.'),
    description: AnythingLong('Text, Markdown or HTML.'),
    contributors: Anything(
      'A list of {first_name, last_name, affiliation, orcid, role, email}, or of names. Authors and people without role become creators.',
    ),
    keywords: Anything('A list, or one text with commas or semicolons.'),
    license: Anything('One or several: SPDX ids or expressions, names or URLs.'),
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

export const DescribedSchema = Type.Object({
  deposition_id: Type.Integer(),
  title: Type.String(),
  state: DepositionStateSchema,
  metadata: Type.Record(Type.String(), Type.Unknown(), {
    description: 'What is at Zenodo now, in its legacy names; of a dry run what would be sent.',
  }),
  doi: Type.Union([Type.String(), Type.Null()]),
  dropped: Type.Array(Type.Object({ field: Type.String(), message: Type.String() }), {
    description: 'What was sent and Zenodo did not keep, at the sender’s own paths.',
  }),
  warnings: Type.Array(Type.String(), {
    description: 'What was guessed, ignored or left out, each beginning with the path it is about.',
  }),
  problems: Type.Optional(
    Type.Array(Type.Object({ field: Type.String(), message: Type.String() }), {
      description: 'Of a dry run only: what would stop the publication, as `/check` says it.',
    }),
  ),
  dry_run: Type.Boolean(),
  links: DepositionSchema.properties.links,
});
