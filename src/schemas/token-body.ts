import { Type } from 'typebox';
import { AccessTokenSchema } from './values.js';

/** Nothing but the access token. */
export const TokenObjectSchema = Type.Object(
  { access_token: AccessTokenSchema },
  { additionalProperties: false },
);

/** The body of a call of ours that needs nothing but the token, which may also be in the header. */
export const TokenBodySchema = Type.Union([TokenObjectSchema, Type.Null()]);
