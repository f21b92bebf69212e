import { type Static, Type } from 'typebox';

/** How `/oauth/authorize` decides: by showing the page, or at once in either way. */
export const ConsentSchema = Type.Object(
  {
    mode: Type.Enum(['ask', 'approve', 'deny'], {
      type: 'string',
      description: 'ask shows the consent page; approve and deny redirect at once.',
    }),
    user: Type.Union([Type.String(), Type.Null()], {
      default: null,
      description: 'Username that is logged in at the consent page; null is the first user.',
    }),
  },
  { additionalProperties: false },
);

export type Consent = Static<typeof ConsentSchema>;
