import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false };
const username = Type.String({ minLength: 1, description: 'Username.' });
const strings = Type.Array(Type.String());

const SeedUser = Type.Object(
  {
    username,
    email: Type.Optional(Type.String({ description: '<username>@example.org if left out.' })),
    emailVerified: Type.Optional(Type.Boolean({ description: 'true if left out.' })),
    blocked: Type.Optional(Type.Boolean({ description: 'Counts as spam: may not publish.' })),
    active: Type.Optional(
      Type.Boolean({ description: 'true if left out; false: deactivated by staff, tokens are dead.' }),
    ),
    extraQuota: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Bytes per record on top of the quota.' }),
    ),
    token: Type.Optional(Type.String({ minLength: 1, description: 'Also makes this personal token.' })),
  },
  closed,
);

const SeedApp = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    owner: Type.Optional(Type.String({ description: 'Username; the first user if left out.' })),
    redirectUris: strings,
    confidential: Type.Optional(Type.Boolean({ description: 'true if left out.' })),
    clientId: Type.Optional(Type.String({ minLength: 1, description: 'Made up if left out.' })),
    clientSecret: Type.Optional(Type.String({ minLength: 1, description: 'Made up if left out.' })),
    description: Type.Optional(Type.String()),
    website: Type.Optional(Type.String()),
    defaultScopes: Type.Optional(strings),
  },
  closed,
);

const SeedToken = Type.Object(
  {
    user: username,
    token: Type.Optional(Type.String({ minLength: 1, description: 'Made up if left out.' })),
    name: Type.Optional(Type.String()),
    scopes: Type.Optional(strings),
    client: Type.Optional(
      Type.String({
        description: 'Client id: an OAuth token of that app with a refresh token, instead of a personal one.',
      }),
    ),
  },
  closed,
);

const SeedMember = Type.Union([
  username,
  Type.Object(
    {
      user: username,
      role: Type.Enum(['owner', 'manager', 'curator', 'reader'], { type: 'string' }),
    },
    closed,
  ),
]);

const SeedCommunity = Type.Object(
  {
    id: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
        description: 'A UUID; made up if left out.',
      }),
    ),
    slug: Type.String({ pattern: '^[a-z0-9_-]+$' }),
    owner: username,
    title: Type.Optional(Type.String({ description: 'The slug if left out.' })),
    members: Type.Optional(
      Type.Array(SeedMember, { description: 'Usernames, who become curators, or {user, role}.' }),
    ),
    visibility: Type.Optional(
      Type.Enum(['public', 'restricted'], { type: 'string', description: 'public if left out.' }),
    ),
    reviewPolicy: Type.Optional(
      Type.Enum(['open', 'closed'], {
        type: 'string',
        description: 'open if left out: who owns or belongs to a community adds records without a review.',
      }),
    ),
  },
  closed,
);

const SeedFile = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255 }),
    content: Type.Optional(Type.String({ description: 'Text.' })),
    base64: Type.Optional(Type.String({ description: 'Bytes.' })),
    size: Type.Optional(Type.Integer({ minimum: 1, description: 'As many bytes of no meaning.' })),
  },
  closed,
);

const recid = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 999_999_999_999, description }));

const content = {
  metadata: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { description: 'As in the deposit API.' }),
  ),
  rdm: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description:
        'Instead of metadata: a body of the records API, with metadata, custom_fields, access and pids.',
    }),
  ),
  files: Type.Optional(Type.Array(SeedFile)),
};

const SeedVersion = Type.Object(
  {
    id: recid('The id of this version; the next one if left out.'),
    ...content,
    state: Type.Optional(
      Type.Enum(['draft', 'published', 'removed'], { type: 'string', description: 'published if left out.' }),
    ),
  },
  closed,
);

const SeedDeposition = Type.Object(
  {
    id: recid('The id of the first version; the next one if left out.'),
    conceptId: recid('The id that all versions share; one less than id if left out.'),
    user: Type.Optional(Type.String({ description: 'Username; the first user if left out.' })),
    ...content,
    state: Type.Optional(
      Type.Enum(['draft', 'published', 'removed'], {
        type: 'string',
        description: 'draft if left out; removed: published, then taken down, with a tombstone.',
      }),
    ),
    versions: Type.Optional(
      Type.Array(SeedVersion, {
        description: 'Further versions, oldest first; each keeps what it does not name of the one before.',
      }),
    ),
  },
  closed,
);

const Entries = Type.Optional(
  Type.Array(
    Type.Object(
      { id: Type.String({ minLength: 1 }) },
      { description: 'As the API shows it; title or name is needed.' },
    ),
  ),
);

const SeedVocabularies = Type.Object(
  { affiliations: Entries, awards: Entries, funders: Entries, names: Entries, subjects: Entries },
  closed,
);

export const SeedSchema = Type.Object(
  {
    users: Type.Optional(Type.Array(SeedUser)),
    apps: Type.Optional(Type.Array(SeedApp)),
    tokens: Type.Optional(Type.Array(SeedToken)),
    communities: Type.Optional(Type.Array(SeedCommunity)),
    depositions: Type.Optional(Type.Array(SeedDeposition)),
    vocabularies: Type.Optional(SeedVocabularies),
  },
  closed,
);

/** What to add to a mock. Everything that it names must exist or come before it. */
export type Seed = Static<typeof SeedSchema>;

export type SeedUserInput = Static<typeof SeedUser>;
export type SeedAppInput = Static<typeof SeedApp>;
export type SeedTokenInput = Static<typeof SeedToken>;
export type SeedCommunityInput = Static<typeof SeedCommunity>;
export type SeedFileInput = Static<typeof SeedFile>;
export type SeedDepositionInput = Static<typeof SeedDeposition>;
export type SeedVersionInput = Static<typeof SeedVersion>;
export type SeedVocabulariesInput = Static<typeof SeedVocabularies>;
