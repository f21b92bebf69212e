import { Type } from 'typebox';

/** What an error means for the person at the browser. */
export const UserMessageSchema = Type.String({
  description:
    'One or two plain sentences to show to the user, in the language of `Accept-Language` (English or German).',
});
