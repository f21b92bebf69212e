import { type Static, Type } from 'typebox';
import { AccessTokenSchema } from './values.js';

/** `:id` of every path below /depositions. */
export const DepositionParamsSchema = Type.Object({
  id: Type.String({ pattern: '^[0-9]{1,15}$', description: 'The deposition id that Zenodo gave.' }),
});

/** Where the application's container ids come from is its own affair: a number or a short text. */
export const ContainerIdSchema = Type.Union(
  [Type.Integer({ minimum: 0 }), Type.String({ minLength: 1, maxLength: 255 })],
  { description: 'The application’s own id of the container.' },
);

/**
 * `draft`: never published. `published`: published, no edit open. `editing`: published, with an
 * edit open.
 */
export const DepositionStateSchema = Type.Enum(['draft', 'published', 'editing'], {
  type: 'string',
  description:
    '`draft`: never published; `published`: published, no edit open; `editing`: published, an edit is open.',
});

export const DepositionFileSchema = Type.Object({
  filename: Type.String(),
  size: Type.Integer({ description: 'Bytes.' }),
  checksum: Type.String({ description: '`md5:` and the sum in hex.' }),
  download_url: Type.String({ description: 'At this service; needs the token.' }),
});

export const DepositionLinksSchema = Type.Object({
  self: Type.String({ description: 'At this service.' }),
  zenodo: Type.String({ description: 'The page at Zenodo: the form of a draft, or the record.' }),
  doi: Type.Union([Type.String(), Type.Null()]),
});

/**
 * A deposition as this service answers it: one shape, whatever links Zenodo is giving at the
 * moment.
 */
export const DepositionSchema = Type.Object(
  {
    deposition_id: Type.Integer(),
    container_id: Type.Union([Type.String(), Type.Null()]),
    title: Type.String(),
    state: DepositionStateSchema,
    doi: Type.Union([Type.String(), Type.Null()], { description: 'Registered or reserved.' }),
    concept_doi: Type.Union([Type.String(), Type.Null()], {
      description: 'Stands for all versions together.',
    }),
    created_at: Type.String(),
    modified_at: Type.String(),
    zenodo_user_id: Type.String(),
    metadata: Type.Record(Type.String(), Type.Unknown(), {
      description: 'In Zenodo’s own names.',
    }),
    files: Type.Array(DepositionFileSchema),
    links: DepositionLinksSchema,
  },
  { $id: 'Deposition' },
);

export type Deposition = Static<typeof DepositionSchema>;
export type DepositionState = Deposition['state'];
export const DepositionRef = Type.Unsafe<Deposition>(Type.Ref('Deposition'));

export const CreateDepositionSchema = Type.Object(
  {
    container_id: Type.Optional(ContainerIdSchema),
    access_token: AccessTokenSchema,
  },
  { additionalProperties: false },
);

export const PublicationCommunitySchema = Type.Object({
  community: Type.String({ description: 'Its slug.' }),
  outcome: Type.Enum(['joined', 'requested', 'refused', 'unknown'], {
    type: 'string',
    description: '`requested`: the community has to accept it.',
  }),
  message: Type.String(),
});

export type PublicationCommunity = Static<typeof PublicationCommunitySchema>;

export const PublicationSchema = Type.Object({
  outcome: Type.Enum(['published'], { type: 'string' }),
  deposition_id: Type.Integer(),
  doi: Type.Union([Type.String(), Type.Null()]),
  doi_url: Type.Union([Type.String(), Type.Null()]),
  concept_doi: Type.Union([Type.String(), Type.Null()]),
  record_url: Type.String({ description: 'The page of the record at Zenodo.' }),
  repeated: Type.Boolean({ description: 'True if it was published before this call.' }),
  communities: Type.Array(PublicationCommunitySchema, {
    description:
      'What became of the communities that the draft named; if it was published before this call, of those that were not asked then.',
  }),
  deposition: DepositionRef,
});

export type Publication = Static<typeof PublicationSchema>;
