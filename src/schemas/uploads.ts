import { type Static, Type } from 'typebox';
import { NOTICE_CODES } from '../notice.js';
import { UserMessageSchema } from './user-message.js';

const Nullable = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** `:uploadId` of every path below /uploads. */
export const UploadParamsSchema = Type.Object({
  uploadId: Type.String({ format: 'uuid', description: 'The upload_id that the upload was answered with.' }),
});

/** What went wrong, in short. */
export const FaultSchema = Type.Object({
  code: Type.String(),
  detail: Type.String(),
  user_message: UserMessageSchema,
});

/** What went wrong, last, with an upload or a file of it. */
const Fault = Type.Union([FaultSchema, Type.Null()]);

/** What is known while a failed attempt waits to be repeated. */
const Retry = {
  attempt: Nullable(
    Type.Integer({ description: 'The number of the attempt that is under way or awaited; null if none is.' }),
  ),
  next_attempt_at: Nullable(
    Type.String({ description: 'When the next attempt begins; null unless one is waited for.' }),
  ),
  last_error: Fault,
};

export const UploadFileSchema = Type.Object({
  filename: Type.String({ description: 'As it is named on Zenodo.' }),
  size: Nullable(Type.Integer({ description: 'Bytes; null while it is still arriving.' })),
  checksum: Nullable(
    Type.String({ description: '`md5:` and the sum in hex; null while it is still arriving.' }),
  ),
  status: Type.Enum(['pending', 'uploaded', 'unchanged', 'failed'], {
    type: 'string',
    description:
      '`uploaded`: Zenodo has exactly these bytes; `unchanged`: it had them already; `pending`: on its way.',
  }),
  replaced: Type.Boolean({
    description:
      'It was `uploaded` or `unchanged`, but another upload that ran at the same time has brought a different file of that name since: that one stands on the draft.',
  }),
  received: Type.Integer({ description: 'Bytes that came from the caller.' }),
  sent: Type.Integer({
    description:
      'Bytes that Zenodo has got: `size` once it has answered, until then what has certainly left this machine (of a few megabytes nothing). Of an attempt that failed none count.',
  }),
  rate: Type.Integer({ description: 'Bytes per second to Zenodo, lately.' }),
  attempts: Type.Integer({ description: 'Failed attempts.' }),
  ...Retry,
  error: Fault,
  part_count: Type.Optional(Type.Integer({ description: 'Beside `parts`: how many the zip holds.' })),
  parts: Type.Optional(
    Type.Array(Type.Object({ filename: Type.String(), size: Type.Integer() }), {
      description:
        'Only of a zip that was made here: what it holds. Of the events of a stream the first and the last have it. A webhook, GET /events and GET /upload-link list the first hundred of all files together: where `part_count` is more, all are at `status_url`.',
    }),
  ),
  download_url: Type.String({ description: 'At this service; needs the token.' }),
});

export const UploadEventSchema = Type.Object({
  at: Type.String(),
  kind: Type.Enum(
    [
      'taken',
      'received',
      'attempt_failed',
      'waiting',
      'taken_over',
      'parked',
      'authorized',
      'stranded',
      'reachable',
      'cancel_requested',
      'operator',
      'done',
      'failed',
      'cancelled',
    ],
    {
      type: 'string',
      description:
        '`taken`: the caller is known and the draft takes files; `received`: all bytes are here; `waiting`: set back until `next_attempt_at`; `taken_over`: another process goes on with it; `parked`: waits for its user to authorize again, which `authorized` tells; `stranded` and `reachable`: the machine that holds the bytes is away, and back; `operator`: the operator of this service did what `detail` says.',
    },
  ),
  filename: Nullable(Type.String({ description: 'Of `attempt_failed`: the file it was about.' })),
  attempt: Nullable(
    Type.Integer({ description: 'Of `attempt_failed`: failed attempts at this file so far.' }),
  ),
  code: Nullable(Type.String({ description: 'Why, by the catalogue of errors.' })),
  detail: Nullable(Type.String()),
  zenodo_status: Nullable(Type.Integer({ description: 'What Zenodo answered to the attempt, if it did.' })),
  next_attempt_at: Nullable(Type.String()),
  request_id: Type.String({ description: 'The call that it follows from.' }),
});

/** An upload as it stands. The same shape wherever it is answered. */
export const UploadSchema = Type.Object(
  {
    deposition_id: Type.Integer(),
    container_id: Nullable(Type.String({ description: 'Of the access token that brought the files.' })),
    upload_id: Type.String(),
    request_id: Type.String({
      description: 'Of the call that brought the files; the log has it on every line about them.',
    }),
    state: Type.Enum(['running', 'done', 'failed', 'waiting_for_authorization', 'stranded', 'cancelled'], {
      type: 'string',
      description:
        '`waiting_for_authorization`: goes on once the user has authorized again; `stranded`: the machine that holds the bytes is away.',
    }),
    stage: Type.Enum(
      [
        'receiving',
        'queued',
        'transferring',
        'done',
        'failed',
        'waiting_for_authorization',
        'stranded',
        'cancelled',
      ],
      { type: 'string', description: 'What exactly is going on.' },
    ),
    files: Type.Array(UploadFileSchema),
    other_files: Type.Array(Type.String(), {
      description: 'Names that are on the draft but not in this upload; known when it is done.',
    }),
    progress: Type.Object({
      received: Type.Integer({ description: 'Bytes.' }),
      sent: Type.Integer({ description: 'Bytes that Zenodo has got; see `sent` of the files.' }),
      size: Type.Integer({
        description:
          'Bytes of all files whose size is known. Of a folder that comes by tus those of its parts, until its zip is among the files.',
      }),
      rate: Type.Integer({ description: 'Bytes per second to Zenodo, lately.' }),
      seconds_left: Nullable(Type.Integer({ description: 'An estimate; null while nobody can know.' })),
      ...Retry,
    }),
    error: Fault,
    warnings: Type.Array(Type.String(), { description: 'The `detail` of each of `notices`.' }),
    notices: Type.Array(
      Type.Object({
        code: Type.Enum([...NOTICE_CODES], { type: 'string', description: 'See docs/errors.md.' }),
        detail: Type.String({ description: 'For the caller.' }),
        user_message: UserMessageSchema,
      }),
      { description: 'What the caller and the user should know though it is no error.' },
    ),
    status_url: Type.String({ description: 'Where to ask how it is going.' }),
    history: Type.Array(UploadEventSchema, {
      description: 'What happened to it, in order; of a long story the latest hundred lines.',
    }),
    created_at: Type.String(),
    finished_at: Nullable(Type.String()),
  },
  { $id: 'Upload' },
);

export type UploadBody = Static<typeof UploadSchema>;
export const UploadRef = Type.Unsafe<UploadBody>(Type.Ref('Upload'));
