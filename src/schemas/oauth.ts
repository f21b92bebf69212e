import { type Static, Type } from 'typebox';
import { ContainerIdSchema, DepositionStateSchema } from './depositions.js';
import { AccessTokenSchema } from './values.js';

/** JSON null counts as absent: templates of callers write it. */
const OrNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

const CallbackUrlSchema = Type.String({
  minLength: 1,
  maxLength: 2000,
  description:
    'Where Zenodo sends the browser back to; registered with the OAuth application, byte for byte.',
});

const StateSchema = Type.String({ minLength: 1, maxLength: 512 });

export const WarningsSchema = Type.Array(Type.String(), {
  description: 'What was ignored or could not be done, in sentences.',
});

export const AuthorizeBodySchema = Type.Object({
  container_id: ContainerIdSchema,
  django_callback_url: CallbackUrlSchema,
});

export const AuthorizeAnswerSchema = Type.Object({
  zenodo_oauth_url: Type.String({ description: 'Send the user’s browser here.' }),
  state: Type.String({
    description: 'Comes back with the browser. Keep it in the user’s session and compare.',
  }),
  expires_at: Type.String({ format: 'date-time', description: 'Until then the state can be used.' }),
  warnings: WarningsSchema,
});

export const CallbackBodySchema = Type.Object({
  code: OrNull(Type.String({ minLength: 1, maxLength: 1024, description: 'As Zenodo gave it.' })),
  state: StateSchema,
  django_callback_url: Type.String({
    minLength: 1,
    maxLength: 8000,
    description: 'That of the flow; query and fragment do not matter.',
  }),
  container_id: OrNull(ContainerIdSchema),
  create_deposition: OrNull(
    Type.Boolean({ description: 'false: no draft is looked for or made. Default true.' }),
  ),
  error: OrNull(
    Type.String({ minLength: 1, maxLength: 200, description: 'As Zenodo gave it, instead of a code.' }),
  ),
  error_description: OrNull(Type.String({ maxLength: 2000 })),
});

/** What a caller gets to act in a user's name. */
export const GrantSchema = Type.Object({
  access_token: Type.String({ description: 'Send it with every other call.' }),
  token_type: Type.String({ description: 'Always `Bearer`.' }),
  expires_in: Type.Integer({ description: 'Seconds.' }),
  expires_at: Type.String({ format: 'date-time' }),
  scope: Type.String(),
  container_id: Type.String(),
  zenodo_user_id: Type.String(),
});

export type TokenAnswer = Static<typeof GrantSchema>;

export const CallbackAnswerSchema = Type.Object({
  ...GrantSchema.properties,
  deposition_id: Type.Union([Type.Integer(), Type.Null()], {
    description: 'The draft that stands for the container; null if there is none, see `warnings`.',
  }),
  deposition_url: Type.Union([Type.String(), Type.Null()], { description: 'Its page at Zenodo.' }),
  deposition_state: Type.Union([DepositionStateSchema, Type.Null()]),
  warnings: WarningsSchema,
});

export const RefreshBodySchema = Type.Object({
  access_token: AccessTokenSchema,
  container_id: OrNull(ContainerIdSchema),
});

/** The token may also come in the header, without any body. */
export const RefreshRequestSchema = Type.Unsafe<Static<typeof RefreshBodySchema> | null>({
  ...RefreshBodySchema,
  type: ['object', 'null'],
});

export const RefreshAnswerSchema = Type.Object({ ...GrantSchema.properties, warnings: WarningsSchema });

export const DisconnectAnswerSchema = Type.Object({
  disconnected: Type.Boolean(),
  zenodo_token_ended: Type.Boolean({
    description: 'Whether the token that Zenodo knew is certainly dead there too.',
  }),
  warnings: WarningsSchema,
});
