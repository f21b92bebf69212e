import { Type } from 'typebox';
import { AccessTokenSchema } from './values.js';

/** A body with only the access token. */
export const TokenObjectSchema = Type.Object(
  { access_token: AccessTokenSchema },
  { additionalProperties: false },
);

/** The body of a call that needs only the access token. The token may also be in the header. */
export const TokenBodySchema = Type.Union([TokenObjectSchema, Type.Null()]);
