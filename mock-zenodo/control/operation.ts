import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { ControlError } from './control-error.js';
import { checked } from './validation.js';

const Nothing = Type.Object({}, { additionalProperties: false });
type Nothing = typeof Nothing;

/** One call of the control API, described and ready to run. */
export interface Operation {
  method: 'GET' | 'POST' | 'DELETE';
  /** Under `/_mock`. */
  path: string;
  summary: string;
  query: TSchema;
  body: TSchema | null;
  status: number;
  answer: TSchema | null;
  /** Validates the input and runs the call. Throws ControlError if the input is invalid. */
  run(query: unknown, body: unknown): unknown;
}

/**
 * Describes a call once, for the router, the OpenAPI document and the type checker. A missing body
 * counts as `{}`.
 */
export function operation<Q extends TSchema = Nothing, B extends TSchema = Nothing>(
  method: Operation['method'],
  path: string,
  summary: string,
  shape: { query?: Q; body?: B; status?: number; answer?: TSchema },
  act: (input: { query: Static<Q>; body: Static<B> }) => unknown,
): Operation {
  const { query = Nothing, body = Nothing } = shape;
  return {
    method,
    path,
    summary,
    query,
    body: shape.body ?? null,
    status: shape.status ?? 200,
    answer: shape.answer ?? null,
    run: (sentQuery, sentBody) => {
      const names = Object.keys(Object(sentQuery));
      if (query === Nothing && shape.body !== undefined && names.length > 0) {
        throw new ControlError(400, `This call has no query. Send ${names.join(' and ')} in a JSON body.`);
      }
      return act({
        query: checked(query, Value.Convert(query, sentQuery), 'query') as Static<Q>,
        body: checked(body, sentBody ?? {}, 'body') as Static<B>,
      });
    },
  };
}
