import { type Static, Type } from 'typebox';
import { NOTICE_CODES } from '../notice.js';
import { UserMessageSchema } from './body-limits.js';

const Nullable = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** `:uploadId` in every path below /uploads. */
export const UploadParamsSchema = Type.Object({
  uploadId: Type.String({
    format: 'uuid',
    description: 'The `upload_id` from the response that started the upload.',
  }),
});

export const UploadQuerySchema = Type.Object({
  parts: Type.Optional(
    Type.Enum(['first'], {
      type: 'string',
      description:
        'With `first`, `parts` lists only the first hundred parts of all zips together. Use it to poll uploads of folders with thousands of files. `part_count` still counts all parts.',
    }),
  ),
});

/** A short form of an error. */
export const FaultSchema = Type.Object({
  code: Type.String(),
  detail: Type.String(),
  user_message: UserMessageSchema,
});

/** The last error of an upload or of one of its files. */
const Fault = Type.Union([FaultSchema, Type.Null()]);

/** What is known while the next attempt is pending. */
const Retry = {
  attempt: Nullable(
    Type.Integer({ description: 'Number of the current or next attempt. Null if there is none.' }),
  ),
  next_attempt_at: Nullable(
    Type.String({ description: 'When the next attempt starts. Null if none is scheduled.' }),
  ),
  last_error: Fault,
};

export const UploadFileSchema = Type.Object({
  filename: Type.String({ description: 'Name of the file at Zenodo.' }),
  size: Nullable(Type.Integer({ description: 'Size in bytes. Null until it is known.' })),
  checksum: Nullable(
    Type.String({
      description: '`md5:` followed by the MD5 checksum in hex. Null until the file has arrived.',
    }),
  ),
  status: Type.Enum(['pending', 'uploaded', 'unchanged', 'failed'], {
    type: 'string',
    description:
      '`pending`: on its way. `uploaded`: Zenodo has exactly these bytes. `unchanged`: Zenodo already had them. `failed`: see `error`.',
  }),
  replaced: Type.Boolean({
    description:
      'True if another upload that ran at the same time has since replaced this file at Zenodo with a different one of the same name.',
  }),
  received: Type.Integer({ description: 'Bytes received from the caller.' }),
  sent: Type.Integer({
    description:
      'Bytes received by Zenodo. Until Zenodo confirms the file, this is an estimate: all bytes handed to the connection but the last 4 MiB, which may not have left the machine yet. Bytes of a failed attempt do not count.',
  }),
  rate: Type.Integer({ description: 'Recent transfer rate to Zenodo in bytes per second.' }),
  attempts: Type.Integer({ description: 'Number of failed attempts.' }),
  ...Retry,
  error: Fault,
  part_count: Type.Optional(
    Type.Integer({ description: 'Number of files in the zip. Present together with `parts`.' }),
  ),
  parts: Type.Optional(
    Type.Array(Type.Object({ filename: Type.String(), size: Type.Integer() }), {
      description:
        'Files in the zip. Present only for a zip that this service created. In an event stream, only the first and the last event have it. Webhooks, `GET /events` and `GET /upload-link` list at most a hundred parts of all files together. If `part_count` is higher, `status_url` lists them all.',
    }),
  ),
  download_url: Type.String({ description: 'URL at this service. Requires the access token.' }),
});

const UploadEventSchema = Type.Object({
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
        '`taken`: the caller is authorized and the draft accepts files. `received`: all bytes have arrived. `attempt_failed`: an attempt to send a file failed. `waiting`: postponed until `next_attempt_at`. `taken_over`: another process continues the upload. `parked`: the user must authorize again. `authorized`: the user has authorized again. `stranded`: the machine that stores the bytes cannot be reached. `reachable`: that machine is back. `cancel_requested`: a cancellation was requested. `operator`: the operator did what `detail` says. `done`, `failed`, `cancelled`: how the upload ended.',
    },
  ),
  filename: Nullable(Type.String({ description: 'For `attempt_failed`, the file.' })),
  attempt: Nullable(
    Type.Integer({
      description: 'For `attempt_failed`, the number of failed attempts for this file so far.',
    }),
  ),
  code: Nullable(Type.String({ description: 'The reason, as an error code. See docs/errors.md.' })),
  detail: Nullable(Type.String()),
  zenodo_status: Nullable(
    Type.Integer({ description: 'HTTP status of Zenodo’s response to the attempt, if there was one.' }),
  ),
  next_attempt_at: Nullable(Type.String()),
  request_id: Type.String({ description: 'Id of the request that caused the event.' }),
});

/** The current state of an upload. Every call returns it in the same shape. */
export const UploadSchema = Type.Object(
  {
    deposition_id: Type.Integer(),
    container_id: Nullable(
      Type.String({ description: 'Container of the access token or upload link that sent the files.' }),
    ),
    upload_id: Type.String(),
    request_id: Type.String({
      description: 'Id of the request that sent the files. Every log line about the upload has it.',
    }),
    state: Type.Enum(['running', 'done', 'failed', 'waiting_for_authorization', 'stranded', 'cancelled'], {
      type: 'string',
      description:
        '`waiting_for_authorization`: the upload continues after the user has authorized again. `stranded`: the machine that stores the bytes cannot be reached.',
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
      {
        type: 'string',
        description:
          'Like `state`, but with the stages of a running upload: `receiving`, `queued` or `transferring`.',
      },
    ),
    files: Type.Array(UploadFileSchema),
    other_files: Type.Array(Type.String(), {
      description: 'Files on the draft that are not part of this upload. Filled in when the upload is done.',
    }),
    progress: Type.Object({
      received: Type.Integer({ description: 'Bytes received from the caller.' }),
      sent: Type.Integer({ description: 'Bytes received by Zenodo; see `sent` of the files.' }),
      size: Type.Integer({
        description:
          'Total bytes of all files whose size is known. A folder that is sent by tus counts with the sizes of its files until its zip is created.',
      }),
      rate: Type.Integer({ description: 'Recent transfer rate to Zenodo in bytes per second.' }),
      seconds_left: Nullable(
        Type.Integer({ description: 'Estimated seconds until the upload is done. Null if unknown.' }),
      ),
      ...Retry,
    }),
    error: Fault,
    warnings: Type.Array(Type.String(), { description: 'The `detail` of each entry of `notices`.' }),
    notices: Type.Array(
      Type.Object({
        code: Type.Enum([...NOTICE_CODES], { type: 'string', description: 'See docs/errors.md.' }),
        detail: Type.String({ description: 'A sentence for the developer of the application.' }),
        user_message: UserMessageSchema,
      }),
      { description: 'What the caller and the user should know, although it is not an error.' },
    ),
    status_url: Type.String({ description: 'URL that returns the current state of the upload.' }),
    history: Type.Array(UploadEventSchema, {
      description: 'The last hundred events of the upload, oldest first.',
    }),
    created_at: Type.String(),
    finished_at: Nullable(Type.String()),
  },
  { $id: 'Upload' },
);

export type UploadBody = Static<typeof UploadSchema>;
export const UploadRef = Type.Unsafe<UploadBody>(Type.Ref('Upload'));
