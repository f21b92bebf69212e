import { Type } from 'typebox';
import { AccessTokenSchema } from './body-limits.js';
import { DepositionParamsSchema } from './depositions.js';

const { id } = DepositionParamsSchema.properties;

/** `:fileId` of a file that is sent by tus. */
export const TusFileParamsSchema = Type.Object({
  id,
  fileId: Type.String({
    format: 'uuid',
    description: 'The last path segment of the `Location` that the POST request returned.',
  }),
});

/** `:uploadId` of an upload whose files are sent by tus. */
export const TusUploadParamsSchema = Type.Object({
  id,
  uploadId: Type.String({ format: 'uuid', description: 'The UUID that groups the files of the upload.' }),
});

/** Options for the files once all of them have arrived. */
export const CompletionSchema = Type.Union([
  Type.Object(
    {
      access_token: AccessTokenSchema,
      sync: Type.Optional(
        Type.Boolean({
          default: false,
          description: '`true` removes files from the draft that are not part of this upload.',
        }),
      ),
      folders: Type.Optional(
        Type.Enum(['merge', 'replace'], {
          type: 'string',
          description:
            'What happens if the draft already has the zip of a folder. Same as the field of the upload form.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  Type.Null(),
]);
