import { type Static, Type } from 'typebox';
import { UserMessageSchema } from './body-limits.js';
import { COMMON_FIELDS, OrNull } from './upload-links.js';
import { FaultSchema, UploadRef } from './uploads.js';

const EarlierUploadSchema = Type.Object({
  upload_id: Type.String(),
  files: Type.Integer({ description: 'Number of announced files.' }),
  names: Type.Array(Type.String(), { description: 'Names of the first five files, with their folders.' }),
  size: Type.Integer({ description: 'Total size of the files in bytes.' }),
  received: Type.Integer({ description: 'Bytes that have arrived.' }),
  active: Type.Boolean({ description: 'True if bytes arrived within the last 30 seconds.' }),
});

export type EarlierUploadBody = Static<typeof EarlierUploadSchema>;

export const PageLinkSchema = Type.Object({
  ...COMMON_FIELDS,
  limits: Type.Object({
    max_file_bytes: Type.Integer({ description: 'Largest size of one file in bytes.' }),
    max_bytes: Type.Integer({ description: 'Total bytes that may be sent with the link.' }),
    max_files: Type.Integer({ description: 'Total files at Zenodo that may be sent with the link.' }),
    used_bytes: Type.Integer({ description: 'Bytes sent with the link so far, including running uploads.' }),
    used_files: Type.Integer({ description: 'Files sent with the link so far, including running uploads.' }),
    deposition_bytes: Type.Integer({ description: 'Zenodo’s limit for the whole draft in bytes.' }),
    deposition_files: Type.Integer({ description: 'Zenodo’s limit of files for the whole draft.' }),
  }),
  draft: Type.Union([
    Type.Object({
      files: Type.Array(Type.Object({ name: Type.String(), size: Type.Integer({ description: 'Bytes.' }) })),
      free_bytes: Type.Integer({ description: 'Bytes that still fit into the draft.' }),
    }),
    Type.Null(),
  ]),
  draft_error: Type.Union([FaultSchema, Type.Null()], {
    description: 'Why `draft` is null although the link is active.',
  }),
  connection: Type.Enum(['active', 'reauthorization_required'], {
    type: 'string',
    description:
      '`reauthorization_required`: send the user back to `return_url`, where they authorize again. Files that have arrived are kept.',
  }),
  uploads: Type.Array(UploadRef, { description: 'The last hundred uploads of the link, oldest first.' }),
  earlier_uploads: Type.Array(EarlierUploadSchema, {
    description:
      'Unfinished uploads of the same user to the same draft, from other links. Continue one with `POST /upload-link/uploads/{uploadId}`.',
  }),
});

export type PageLinkBody = Static<typeof PageLinkSchema>;

/** Files that a user may choose at once. */
const MAX_CHOSEN = 20_000;

export const PlanBodySchema = Type.Object(
  {
    files: Type.Array(
      Type.Object(
        {
          path: Type.String({ minLength: 1, maxLength: 5000, description: 'File name with its folders.' }),
          size: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'In bytes.' }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: MAX_CHOSEN },
    ),
    upload_id: Type.Optional(
      Type.String({
        format: 'uuid',
        description:
          'The upload that the files are for, if it has started. Its own files do not make a name `contested`.',
      }),
    ),
  },
  { additionalProperties: false },
);

export type PlanRequest = Static<typeof PlanBodySchema>;

export const PlanSchema = Type.Object({
  files: Type.Array(
    Type.Object({
      name: Type.String({ description: 'Name of the file at Zenodo.' }),
      size: Type.Integer({ description: 'Size at Zenodo in bytes.' }),
      zip: Type.Boolean({ description: 'True if the file is the zip of a folder.' }),
      parts: Type.Integer({ description: 'Number of chosen files that it is made of.' }),
      replaces: Type.Boolean({ description: 'True if the draft already has a file with this name.' }),
      contested: Type.Boolean({
        description: 'True if another upload that has not ended has a file with this name.',
      }),
      keeps: Type.Integer({
        description:
          'Number of files that the zip on the draft already has and keeps, besides the chosen ones.',
      }),
    }),
  ),
  left_out: Type.Array(
    Type.Object({
      path: Type.String(),
      reason: Type.Enum(['desktop_file'], {
        type: 'string',
        description:
          '`desktop_file`: a file that the operating system left in a folder, such as `.DS_Store`. Do not send it.',
      }),
    }),
  ),
  refused: Type.Array(
    Type.Object({
      path: Type.Union([Type.String(), Type.Null()], {
        description:
          'Path of the file, or of a folder with `/` at its end. Null if the fault concerns all files; then none may be sent.',
      }),
      code: Type.String(),
      detail: Type.String(),
      user_message: UserMessageSchema,
    }),
  ),
  removes: Type.Array(Type.String(), {
    description: 'With `sync`, the files that are removed from the draft once all others are at Zenodo.',
  }),
});

export type PlanBody = Static<typeof PlanSchema>;

export const ConcurrentQuerySchema = Type.Object({
  upload_id: Type.Optional(
    Type.String({ format: 'uuid', description: 'An upload that is not counted: your own.' }),
  ),
});

export const ConcurrentSchema = Type.Object({
  uploads: Type.Integer(),
  files: Type.Integer({
    description:
      'Number of files. Of a folder that is sent by tus, every file counts; of a folder that is sent in a form, the zip.',
  }),
  size: Type.Integer({ description: 'Total size in bytes, as far as it is known.' }),
  received: Type.Integer({ description: 'Bytes that have arrived.' }),
});

export type ConcurrentBody = Static<typeof ConcurrentSchema>;

export const FinishedSchema = Type.Object({
  return_url: Type.String({
    description:
      'Send the browser here. The URL contains `upload_link_id`, `state` and, if there is one, `upload_id`.',
  }),
  upload_id: OrNull(Type.String({ description: 'The last upload of the link.' })),
  state: Type.String({ description: 'State of that upload; `none` if nothing was sent.' }),
});
