import { type Static, Type } from 'typebox';

/** How `/oauth/authorize` decides: by showing the page, or at once in either way. */
export const ConsentSchema = Type.Object(
  {
    mode: Type.Enum(['ask', 'approve', 'deny'], {
      type: 'string',
      description: '`ask` shows the consent page. `approve` and `deny` redirect at once.',
    }),
    user: Type.Union([Type.String(), Type.Null()], {
      default: null,
      description: 'Username of the user who is logged in at the consent page. Null: the first user.',
    }),
  },
  { additionalProperties: false },
);

export type Consent = Static<typeof ConsentSchema>;
