import { Type } from 'typebox';

/** What an error means for the user. */
export const UserMessageSchema = Type.String({
  description:
    'One or two plain sentences to show to the user, in English or German according to `Accept-Language`.',
});
