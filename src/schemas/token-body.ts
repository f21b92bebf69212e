import { Type } from 'typebox';

/** The body of a call of ours that needs nothing but the token, which may also be in the header. */
export const TokenBodySchema = Type.Union([
  Type.Object(
    { access_token: Type.Optional(Type.Union([Type.String(), Type.Null()])) },
    { additionalProperties: false },
  ),
  Type.Null(),
]);
