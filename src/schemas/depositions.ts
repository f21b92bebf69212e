import { type Static, Type } from 'typebox';
import { AccessTokenSchema } from './body-limits.js';

/** `:id` of every path below /depositions. */
export const DepositionParamsSchema = Type.Object({
  id: Type.String({ pattern: '^[0-9]{1,15}$', description: 'Id of the deposition at Zenodo.' }),
});

/** The application chooses its container ids. Each is a number or a short string. */
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
    '`draft`: never published. `published`: published, with no open edit. `editing`: published, with an open edit.',
});

export const DepositionFileSchema = Type.Object({
  filename: Type.String(),
  size: Type.Integer({ description: 'Size in bytes.' }),
  checksum: Type.String({ description: '`md5:` followed by the MD5 checksum in hex.' }),
  download_url: Type.String({ description: 'URL at this service. Requires the access token.' }),
});

export const DepositionLinksSchema = Type.Object({
  self: Type.String({ description: 'URL of the deposition at this service.' }),
  zenodo: Type.String({
    description: 'Web page at Zenodo: the upload form of a draft, or the page of a record.',
  }),
  doi: Type.Union([Type.String(), Type.Null()]),
});

/** A deposition as this service returns it: one shape, whichever links Zenodo returns. */
export const DepositionSchema = Type.Object(
  {
    deposition_id: Type.Integer(),
    container_id: Type.Union([Type.String(), Type.Null()]),
    title: Type.String(),
    state: DepositionStateSchema,
    doi: Type.Union([Type.String(), Type.Null()], { description: 'The registered or reserved DOI.' }),
    concept_doi: Type.Union([Type.String(), Type.Null()], {
      description: 'The DOI that represents all versions together.',
    }),
    created_at: Type.String(),
    modified_at: Type.String(),
    zenodo_user_id: Type.String(),
    metadata: Type.Record(Type.String(), Type.Unknown(), {
      description: 'Metadata with the field names of Zenodo’s deposit API.',
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
  community: Type.String({ description: 'Slug of the community.' }),
  outcome: Type.Enum(['joined', 'requested', 'refused', 'unknown'], {
    type: 'string',
    description:
      '`joined`: the record is in the community. `requested`: the community still has to accept the record. `refused`: the community does not exist, or Zenodo refused. `unknown`: the community could not be asked; publish again to retry.',
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
  record_url: Type.String({ description: 'Web page of the record at Zenodo.' }),
  repeated: Type.Boolean({ description: 'True if the deposition was already published before this call.' }),
  communities: Type.Array(PublicationCommunitySchema, {
    description:
      'The outcome for each community that the draft named. If `repeated` is true, only communities that no earlier call could ask are listed.',
  }),
  deposition: DepositionRef,
});

/** What `verify` answers for a token that works. */
export const VerificationSchema = Type.Object({
  valid: Type.Boolean({ description: 'Always true in this response. Error responses have false or null.' }),
  deposition_id: Type.Integer(),
  state: DepositionStateSchema,
  submitted: Type.Boolean({ description: 'Whether the deposition was ever published.' }),
  expires_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'When the access token expires. Null for a personal token of Zenodo.',
  }),
});
