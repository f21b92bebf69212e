import { type Static, Type } from 'typebox';
import { DepositionParamsSchema } from './depositions.js';
import { FaultSchema, UploadRef } from './uploads.js';
import { UserMessageSchema } from './user-message.js';
import { AccessTokenSchema } from './values.js';

const OrNull = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** How long a link serves unless its maker says otherwise, in seconds. */
export const LINK_LIFETIME = 2 * 60 * 60;

/** `:id` and `:uploadLinkId` of a link's own path. */
export const UploadLinkParamsSchema = Type.Object({
  ...DepositionParamsSchema.properties,
  uploadLinkId: Type.String({
    format: 'uuid',
    description: 'The upload_link_id that the link was answered with.',
  }),
});

const FoldersSchema = Type.Enum(['zip', 'never'], {
  type: 'string',
  description:
    '`zip`: a folder becomes `<folder>.zip`. `never`: it is flattened, `a/b.csv` to `a_b.csv`. As `archive` of a form.',
});

/** BCP 47, as far as pages are spoken in languages. */
export const LANGUAGE_TAG = '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$';

export const CreateUploadLinkSchema = Type.Object(
  {
    return_url: Type.String({
      minLength: 1,
      maxLength: 2000,
      description:
        'Where the browser goes back to; one of the callback URLs that the operator allows, byte for byte. `upload_link_id`, `upload_id` and `state` are added.',
    }),
    application_name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'As the page names the application.' }),
    ),
    expires_in: Type.Optional(
      Type.Integer({ minimum: 60, maximum: 604_800, default: LINK_LIFETIME, description: 'Seconds.' }),
    ),
    max_bytes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Bytes that the link may bring altogether. Not set: what Zenodo takes.',
      }),
    ),
    max_files: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: 'Files on Zenodo that the link may bring altogether; a folder’s zip is one.',
      }),
    ),
    folders: Type.Optional(FoldersSchema),
    sync: Type.Optional(
      Type.Boolean({
        default: false,
        description: '`true` removes files from the draft that the link does not bring.',
      }),
    ),
    locale: Type.Optional(
      Type.String({
        pattern: LANGUAGE_TAG,
        description: 'Language of the page, as in `de` or `en-GB`. Not set: that of the browser.',
      }),
    ),
    access_token: AccessTokenSchema,
  },
  { additionalProperties: false },
);

export type CreateUploadLinkBody = Static<typeof CreateUploadLinkSchema>;

export const LinkStateSchema = Type.Enum(['active', 'expired', 'ended'], {
  type: 'string',
  description: '`expired`: its time is over; `ended`: before its time, for a `reason`.',
});

export const EndReasonSchema = Type.Enum(
  ['expired', 'finished', 'revoked', 'published', 'deleted', 'disconnected'],
  {
    type: 'string',
    description:
      'Why it is over: `finished`: the user said that they are done; `revoked`: the application ended it.',
  },
);

/** What the application and the page are both told of a link. */
const common = {
  upload_link_id: Type.String(),
  deposition_id: Type.Integer(),
  application_name: OrNull(Type.String()),
  return_url: Type.String(),
  locale: OrNull(Type.String()),
  expires_at: Type.String({ format: 'date-time' }),
  state: LinkStateSchema,
  reason: Type.Union([EndReasonSchema, Type.Null()]),
  folders: FoldersSchema,
  sync: Type.Boolean(),
};

export const UploadLinkSchema = Type.Object({
  ...common,
  max_bytes: OrNull(Type.Integer()),
  max_files: OrNull(Type.Integer()),
  created_at: Type.String({ format: 'date-time' }),
  ended_at: OrNull(Type.String({ format: 'date-time' })),
});

export type UploadLinkBody = Static<typeof UploadLinkSchema>;

export const CreatedUploadLinkSchema = Type.Object({
  url: Type.String({
    description:
      'Send the user’s browser here. The part behind `#` is the secret: it is told once, and must not be logged.',
  }),
  ...UploadLinkSchema.properties,
});

export const ShownUploadLinkSchema = Type.Object({
  ...UploadLinkSchema.properties,
  upload_ids: Type.Array(Type.String(), {
    description: 'Its latest hundred uploads, oldest first: GET /uploads/{id}.',
  }),
});

const EarlierUploadSchema = Type.Object({
  upload_id: Type.String(),
  files: Type.Integer({ description: 'How many were announced.' }),
  names: Type.Array(Type.String(), { description: 'The first of them, with their folders.' }),
  size: Type.Integer({ description: 'Bytes of all.' }),
  received: Type.Integer({ description: 'Bytes that have arrived.' }),
  active: Type.Boolean({ description: 'Bytes are arriving at this moment.' }),
});

export type EarlierUploadBody = Static<typeof EarlierUploadSchema>;

export const PageLinkSchema = Type.Object({
  ...common,
  limits: Type.Object({
    max_file_bytes: Type.Integer({ description: 'Of one file.' }),
    max_bytes: Type.Integer({ description: 'That the link may bring altogether.' }),
    max_files: Type.Integer({ description: 'On Zenodo, that the link may bring altogether.' }),
    used_bytes: Type.Integer({ description: 'Brought already, or on their way.' }),
    used_files: Type.Integer(),
    deposition_bytes: Type.Integer({ description: 'That Zenodo takes for the whole draft.' }),
    deposition_files: Type.Integer(),
  }),
  draft: Type.Union([
    Type.Object({
      files: Type.Array(Type.Object({ name: Type.String(), size: Type.Integer({ description: 'Bytes.' }) })),
      free_bytes: Type.Integer({ description: 'What Zenodo still takes.' }),
    }),
    Type.Null(),
  ]),
  draft_error: Type.Union([FaultSchema, Type.Null()], {
    description: 'Why `draft` is null though the link is active.',
  }),
  connection: Type.Enum(['active', 'reauthorization_required'], {
    type: 'string',
    description:
      '`reauthorization_required`: the user goes back to `return_url` and authorizes again; what has arrived is kept.',
  }),
  uploads: Type.Array(UploadRef, { description: 'The latest hundred of this link, oldest first.' }),
  earlier_uploads: Type.Array(EarlierUploadSchema, {
    description:
      'What links that are over have left unfinished, of the same user and to the same draft: POST /upload-link/uploads/{upload_id} goes on with one.',
  }),
});

export type PageLinkBody = Static<typeof PageLinkSchema>;

/** Files that a person may choose at once. */
const MOST_CHOSEN = 20_000;

export const PlanBodySchema = Type.Object(
  {
    files: Type.Array(
      Type.Object(
        {
          path: Type.String({ minLength: 1, maxLength: 5000, description: 'With its folders.' }),
          size: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Bytes.' }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: MOST_CHOSEN },
    ),
    upload_id: Type.Optional(
      Type.String({
        format: 'uuid',
        description: 'The upload that they are for, if it has begun: its own files do not contest them.',
      }),
    ),
  },
  { additionalProperties: false },
);

export type PlanRequest = Static<typeof PlanBodySchema>;

export const PlanSchema = Type.Object({
  files: Type.Array(
    Type.Object({
      name: Type.String({ description: 'On Zenodo.' }),
      size: Type.Integer({ description: 'Bytes at Zenodo.' }),
      zip: Type.Boolean({ description: 'Whether it is made of a folder.' }),
      parts: Type.Integer({ description: 'Files that it is made of.' }),
      replaces: Type.Boolean({ description: 'Whether the draft has a file of that name.' }),
      contested: Type.Boolean({
        description: 'Whether another upload is bringing a file of that name at this moment.',
      }),
      keeps: Type.Integer({
        description: 'Files that the zip on the draft holds, are not among these, and stay in it.',
      }),
    }),
  ),
  left_out: Type.Array(
    Type.Object({
      path: Type.String(),
      reason: Type.Enum(['desktop_file'], {
        type: 'string',
        description: '`desktop_file`: left in a folder by the system, such as `.DS_Store`. Do not send it.',
      }),
    }),
  ),
  refused: Type.Array(
    Type.Object({
      path: Type.Union([Type.String(), Type.Null()], {
        description:
          'A folder’s with a slash behind it. Null: it is about all of them, and none may be sent.',
      }),
      code: Type.String(),
      detail: Type.String(),
      user_message: UserMessageSchema,
    }),
  ),
  removes: Type.Array(Type.String(), {
    description: 'With `sync`: files on the draft that go once all else is safe.',
  }),
});

export type PlanBody = Static<typeof PlanSchema>;

export const ConcurrentQuerySchema = Type.Object({
  upload_id: Type.Optional(
    Type.String({ format: 'uuid', description: 'An upload of the link’s own, which is not counted.' }),
  ),
});

export const ConcurrentSchema = Type.Object({
  uploads: Type.Integer(),
  files: Type.Integer({ description: 'That they bring, each in a folder counted.' }),
  size: Type.Integer({ description: 'Bytes of all, as far as they were announced.' }),
  received: Type.Integer({ description: 'Bytes that have arrived.' }),
});

export type ConcurrentBody = Static<typeof ConcurrentSchema>;

export const FinishedSchema = Type.Object({
  return_url: Type.String({
    description:
      'Send the browser there: `upload_link_id`, `state` and, if there is one, `upload_id` are in it.',
  }),
  upload_id: OrNull(Type.String({ description: 'The last upload of the link.' })),
  state: Type.String({ description: 'Its state; `none` if nothing was sent.' }),
});
