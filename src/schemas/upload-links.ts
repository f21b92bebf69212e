import { type Static, Type } from 'typebox';
import { LIFETIMES } from '../lifetimes.js';
import { AccessTokenSchema } from './body-limits.js';
import { DepositionParamsSchema } from './depositions.js';

/** A value or null. */
export const OrNull = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(
  schema: T,
) => Type.Union([schema, Type.Null()]);

/** `:id` and `:uploadLinkId` in the path of a link. */
export const UploadLinkParamsSchema = Type.Object({
  ...DepositionParamsSchema.properties,
  uploadLinkId: Type.String({
    format: 'uuid',
    description: 'The `upload_link_id` from the response that created the link.',
  }),
});

const FoldersSchema = Type.Enum(['zip', 'never'], {
  type: 'string',
  description:
    '`zip`: each folder becomes `<folder>.zip`. `never`: folders are flattened, so `a/b.csv` becomes `a_b.csv`. Same as `archive` of the upload form.',
});

/** The language tags of BCP 47 that a page can have. */
export const LANGUAGE_TAG = '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$';

export const CreateUploadLinkSchema = Type.Object(
  {
    return_url: Type.String({
      minLength: 1,
      maxLength: 2000,
      description:
        'URL to which the browser returns. It must be one of the callback URLs that the operator allows, byte for byte. `upload_link_id`, `upload_id` and `state` are added to its query.',
    }),
    application_name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'Name of the application on the page.' }),
    ),
    expires_in: Type.Optional(
      Type.Integer({
        minimum: 60,
        maximum: 604_800,
        default: LIFETIMES.uploadLink,
        description: 'In seconds.',
      }),
    ),
    max_bytes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Total bytes that may be sent with the link. Default: Zenodo’s limit per deposition.',
      }),
    ),
    max_files: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description:
          'Total files at Zenodo that may be sent with the link. The zip of a folder counts as one file. Default: Zenodo’s limit per deposition.',
      }),
    ),
    folders: Type.Optional(FoldersSchema),
    sync: Type.Optional(
      Type.Boolean({
        default: false,
        description: '`true` removes files from the draft that were not sent with the link.',
      }),
    ),
    locale: Type.Optional(
      Type.String({
        pattern: LANGUAGE_TAG,
        description: 'Language of the page, for example `de` or `en-GB`. Default: that of the browser.',
      }),
    ),
    access_token: AccessTokenSchema,
  },
  { additionalProperties: false },
);

export type CreateUploadLinkBody = Static<typeof CreateUploadLinkSchema>;

export const LinkStateSchema = Type.Enum(['active', 'expired', 'ended'], {
  type: 'string',
  description: '`expired`: its lifetime is over. `ended`: it ended earlier; `reason` says why.',
});

export const EndReasonSchema = Type.Enum(
  ['expired', 'finished', 'revoked', 'published', 'deleted', 'disconnected'],
  {
    type: 'string',
    description:
      'Why the link has ended. `expired`: its lifetime is over. `finished`: the user finished on the upload page. `revoked`: the application ended it. `published`: the deposition is published. `deleted`: the deposition no longer exists. `disconnected`: the connection to the user has ended.',
  },
);

/** What the application and the page both learn about a link. */
export const COMMON_FIELDS = {
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
  ...COMMON_FIELDS,
  max_bytes: OrNull(Type.Integer()),
  max_files: OrNull(Type.Integer()),
  created_at: Type.String({ format: 'date-time' }),
  ended_at: OrNull(Type.String({ format: 'date-time' })),
});

export type UploadLinkBody = Static<typeof UploadLinkSchema>;

export const CreatedUploadLinkSchema = Type.Object({
  url: Type.String({
    description:
      'Send the user’s browser here. The part after `#` is the secret. It is returned only once and must not be logged.',
  }),
  ...UploadLinkSchema.properties,
});

export const ShownUploadLinkSchema = Type.Object({
  ...UploadLinkSchema.properties,
  upload_ids: Type.Array(Type.String(), {
    description:
      'The last hundred uploads of the link, oldest first. Read them with `GET /uploads/{uploadId}`.',
  }),
});
