import { type Static, type TSchema, Type } from 'typebox';
import { EVENT_TYPES } from '../events/record-event.js';

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const EventSchema = Type.Object(
  {
    id: Type.String({ description: 'The `webhook-id` of the delivery. It is the same in every retry.' }),
    type: Type.Enum([...EVENT_TYPES], { type: 'string' }),
    timestamp: Type.String({ description: 'When the event happened.' }),
    connection_id: Nullable(Type.String()),
    zenodo_user_id: Nullable(Type.String()),
    deposition_id: Nullable(Type.Integer()),
    container_id: Nullable(Type.String()),
    upload_id: Nullable(Type.String()),
    request_id: Nullable(Type.String({ description: 'Id of the request that caused the event.' })),
    data: Type.Record(Type.String(), Type.Unknown(), {
      description:
        'For `upload.…`, the response of `GET /uploads/{uploadId}` at that moment. For `deposition.published`, the response of `GET /depositions/{id}` without `metadata`.',
    }),
  },
  { $id: 'Event' },
);

/** An event, as a webhook or GET /events sends it. */
export type EventBody = Static<typeof EventSchema>;

export const EventPageSchema = Type.Object({
  events: Type.Array(Type.Ref('Event')),
  next: Type.String({
    description: 'Send it as `after` to get the next events, including those that are still to happen.',
  }),
  more: Type.Boolean({ description: 'True if more events are available now.' }),
});
