import { type Static, Type } from 'typebox';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

const UserStateSchema = Type.Object({
  id: Type.Integer(),
  username: Type.String(),
  email: Type.String(),
  emailVerified: Type.Boolean(),
  blocked: Type.Boolean(),
  created: Type.Optional(Type.String()),
  active: Type.Optional(Type.Boolean()),
  extraQuota: Type.Integer(),
});

const AppStateSchema = Type.Object({
  clientId: Type.String(),
  clientSecret: Type.String(),
  name: Type.String(),
  description: Type.String(),
  website: Type.String(),
  redirectUris: Type.Array(Type.String()),
  confidential: Type.Boolean(),
  ownerId: Type.Integer(),
  defaultScopes: Type.Array(Type.String()),
});

const TokenStateSchema = Type.Object({
  accessToken: Type.String({ description: 'Not masked, because this is a test tool.' }),
  refreshToken: nullable(Type.String()),
  kind: Type.Enum(['personal', 'oauth'], { type: 'string' }),
  name: Type.String(),
  user: nullable(Type.String({ description: 'Username.' })),
  clientId: nullable(Type.String()),
  scopes: Type.Array(Type.String()),
  expiresAt: nullable(Type.String({ description: "ISO 8601 on the mock's clock. Null: never." })),
  expired: Type.Boolean(),
});

const CommunityStateSchema = Type.Object({
  id: Type.String(),
  slug: Type.String(),
  title: Type.String(),
  owner: nullable(Type.String()),
  members: Type.Array(Type.String()),
  reviewPolicy: Type.Enum(['open', 'closed', 'members'], { type: 'string' }),
});

const FileStateSchema = Type.Object({
  key: Type.String(),
  size: Type.Integer(),
  md5: Type.String({ description: 'Hex, without prefix.' }),
  status: Type.Enum(['pending', 'completed'], { type: 'string' }),
});

const DepositionStateSchema = Type.Object({
  id: Type.Integer(),
  conceptId: Type.Integer(),
  user: nullable(Type.String({ description: 'Username of the owner.' })),
  state: Type.Enum(['unsubmitted', 'inprogress', 'done', 'deleted'], { type: 'string' }),
  versionIndex: Type.Integer(),
  title: Type.String(),
  doi: nullable(Type.String()),
  bucket: nullable(Type.String({ description: 'Id of the current bucket.' })),
  created: nullable(Type.String()),
  updated: nullable(Type.String()),
  files: Type.Array(FileStateSchema),
  metadata: Type.Record(Type.String(), Type.Unknown(), {
    description: 'In the form of InvenioRDM, as stored.',
  }),
});

export const StateSchema = Type.Object({
  now: Type.String({ description: "The mock's time, ISO 8601." }),
  users: Type.Array(UserStateSchema),
  apps: Type.Array(AppStateSchema),
  tokens: Type.Array(TokenStateSchema),
  communities: Type.Array(CommunityStateSchema),
  depositions: Type.Array(DepositionStateSchema),
});

/** The state of a mock, in the form that tests need. */
export type State = Static<typeof StateSchema>;
export type TokenState = Static<typeof TokenStateSchema>;
export type DepositionState = Static<typeof DepositionStateSchema>;
export type CommunityState = Static<typeof CommunityStateSchema>;

export const SeededSchema = Type.Object({
  users: Type.Array(UserStateSchema),
  apps: Type.Array(AppStateSchema),
  tokens: Type.Array(TokenStateSchema),
  communities: Type.Array(CommunityStateSchema),
  depositions: Type.Array(DepositionStateSchema),
});

/** What a seed created, in its order. */
export type Seeded = Static<typeof SeededSchema>;
