import { type TSchema, Type } from 'typebox';
import { EVENT_TYPES } from '../events/tell.js';

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const EventSchema = Type.Object(
  {
    id: Type.String({ description: 'The `webhook-id`: the same each time it is told.' }),
    type: Type.Enum([...EVENT_TYPES], { type: 'string' }),
    timestamp: Type.String({ description: 'When it happened.' }),
    connection_id: Nullable(Type.String()),
    zenodo_user_id: Nullable(Type.String()),
    deposition_id: Nullable(Type.Integer()),
    container_id: Nullable(Type.String()),
    upload_id: Nullable(Type.String()),
    request_id: Nullable(Type.String({ description: 'The call that it follows from.' })),
    data: Type.Record(Type.String(), Type.Unknown(), {
      description:
        'Of `upload.…` what GET /uploads/{uploadId} answered at that moment; of `deposition.published` what GET /depositions/{id} answered, without `metadata`.',
    }),
  },
  { $id: 'Event' },
);

export const EventPageSchema = Type.Object({
  events: Type.Array(Type.Ref('Event')),
  next: Type.String({
    description: 'Send it as `after` for what comes next, also if that is still to happen.',
  }),
  more: Type.Boolean({ description: 'True if there is more at once.' }),
});
