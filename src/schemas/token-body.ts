import { Type } from 'typebox';
import { AccessTokenSchema } from './values.js';

/** The body of a call of ours that needs nothing but the token, which may also be in the header. */
export const TokenBodySchema = Type.Union([
  Type.Object({ access_token: AccessTokenSchema }, { additionalProperties: false }),
  Type.Null(),
]);
