import { type Static, Type } from 'typebox';

const Nullable = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** `:uploadId` of every path below /uploads. */
export const UploadParamsSchema = Type.Object({
  uploadId: Type.String({ format: 'uuid', description: 'The upload_id that the upload was answered with.' }),
});

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
  received: Type.Integer({ description: 'Bytes that came from the caller.' }),
  sent: Type.Integer({ description: 'Bytes handed to Zenodo.' }),
  rate: Type.Integer({ description: 'Bytes per second to Zenodo, lately.' }),
  attempts: Type.Integer({ description: 'Failed attempts.' }),
  error: Type.Union([Type.Object({ code: Type.String(), detail: Type.String() }), Type.Null()]),
  parts: Type.Optional(
    Type.Array(Type.Object({ filename: Type.String(), size: Type.Integer() }), {
      description:
        'Only of a zip that was made here: what it holds. Of the events of a stream the first and the last have it.',
    }),
  ),
  download_url: Type.String({ description: 'At this service; needs the token.' }),
});

/** An upload as it stands. The same shape wherever it is answered. */
export const UploadSchema = Type.Object(
  {
    deposition_id: Type.Integer(),
    upload_id: Type.String(),
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
      sent: Type.Integer({ description: 'Bytes.' }),
      size: Type.Integer({ description: 'Bytes of all files whose size is known.' }),
      rate: Type.Integer({ description: 'Bytes per second to Zenodo, lately.' }),
      seconds_left: Nullable(Type.Integer({ description: 'An estimate.' })),
    }),
    error: Type.Union([Type.Object({ code: Type.String(), detail: Type.String() }), Type.Null()]),
    warnings: Type.Array(Type.String()),
    status_url: Type.String({ description: 'Where to ask how it is going.' }),
    created_at: Type.String(),
    finished_at: Nullable(Type.String()),
  },
  { $id: 'Upload' },
);

export type UploadBody = Static<typeof UploadSchema>;
export const UploadRef = Type.Unsafe<UploadBody>(Type.Ref('Upload'));
