import { type Static, type TObject, Type } from 'typebox';
import { AccessTokenSchema } from './body-limits.js';
import { ContainerIdSchema, DepositionStateSchema } from './depositions.js';

/** JSON null counts as absent, because callers’ templates send it. */
const OrNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

const CallbackUrlSchema = Type.String({
  minLength: 1,
  maxLength: 2000,
  description:
    'The OAuth redirect URI, to which Zenodo sends the browser back. It must be registered with the OAuth application, byte for byte.',
});

const StateSchema = Type.String({ minLength: 1, maxLength: 512 });

const WarningsSchema = Type.Array(Type.String(), {
  description: 'Sentences about what was ignored or could not be done.',
});

export const AuthorizeBodySchema = Type.Object({
  container_id: ContainerIdSchema,
  django_callback_url: CallbackUrlSchema,
});

export const AuthorizeAnswerSchema = Type.Object({
  zenodo_oauth_url: Type.String({ description: 'Send the user’s browser here.' }),
  state: Type.String({
    description:
      'Zenodo returns it with the browser. Keep it in the user’s session, and compare the returned value with it.',
  }),
  expires_at: Type.String({ format: 'date-time', description: 'When `state` expires.' }),
  warnings: WarningsSchema,
});

export const CallbackBodySchema = Type.Object({
  code: OrNull(
    Type.String({ minLength: 1, maxLength: 1024, description: 'The authorization code, as Zenodo sent it.' }),
  ),
  state: StateSchema,
  django_callback_url: Type.String({
    minLength: 1,
    maxLength: 8000,
    description: 'The callback URL of this flow. Query and fragment are ignored.',
  }),
  container_id: OrNull(ContainerIdSchema),
  create_deposition: OrNull(
    Type.Boolean({ description: 'Whether to find or create the draft of the container. Default: true.' }),
  ),
  error: OrNull(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'The OAuth error, if Zenodo sent one instead of a code.',
    }),
  ),
  error_description: OrNull(Type.String({ maxLength: 2000 })),
});

/** What a caller receives to act on behalf of a user. */
const GrantSchema = Type.Object({
  access_token: Type.String({ description: 'The access token. Send it with every other call.' }),
  token_type: Type.String({ description: 'Always `Bearer`.' }),
  expires_in: Type.Integer({ description: 'Lifetime of the access token in seconds.' }),
  expires_at: Type.String({ format: 'date-time' }),
  scope: Type.String(),
  container_id: Type.String(),
  zenodo_user_id: Type.String(),
});

export type TokenAnswer = Static<typeof GrantSchema>;

export const CallbackAnswerSchema = Type.Object({
  ...GrantSchema.properties,
  deposition_id: Type.Union([Type.Integer(), Type.Null()], {
    description: 'The deposition of the container. Null if there is none; see `warnings`.',
  }),
  deposition_url: Type.Union([Type.String(), Type.Null()], {
    description: 'Web page of the deposition at Zenodo.',
  }),
  deposition_state: Type.Union([DepositionStateSchema, Type.Null()]),
  warnings: WarningsSchema,
});

export const RefreshBodySchema = Type.Object({
  access_token: AccessTokenSchema,
  container_id: OrNull(ContainerIdSchema),
});

/** The token may also be in the header; then no body is needed. */
export const RefreshRequestSchema = Type.Unsafe<Static<typeof RefreshBodySchema> | null>({
  ...RefreshBodySchema,
  type: ['object', 'null'],
});

export const RefreshAnswerSchema = Type.Object({ ...GrantSchema.properties, warnings: WarningsSchema });

export const DisconnectAnswerSchema = Type.Object({
  disconnected: Type.Boolean(),
  zenodo_token_ended: Type.Boolean({
    description: 'True if Zenodo certainly no longer accepts its own token either.',
  }),
  warnings: WarningsSchema,
});

/**
 * A warning for each field of a body that its schema does not know. Such fields are accepted and
 * ignored.
 */
export function unknownFields(body: object, schema: TObject): string[] {
  return Object.keys(body)
    .filter((name) => !(name in schema.properties))
    .slice(0, 20)
    .map((name) => `The field ${JSON.stringify(name.slice(0, 64))} is unknown and was ignored.`);
}
