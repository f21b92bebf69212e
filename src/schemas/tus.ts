import { Type } from 'typebox';
import { DepositionParamsSchema } from './depositions.js';
import { AccessTokenSchema } from './values.js';

const { id } = DepositionParamsSchema.properties;

/** `:fileId` of a file that comes by tus. */
export const TusFileParamsSchema = Type.Object({
  id,
  fileId: Type.String({ format: 'uuid', description: 'The last part of the Location that POST answered.' }),
});

/** `:uploadId` of an upload whose files come by tus. */
export const TusUploadParamsSchema = Type.Object({
  id,
  uploadId: Type.String({ format: 'uuid', description: 'The UUID by which the files were grouped.' }),
});

/** What the caller wants of the files once all are here. */
export const CompletionSchema = Type.Union([
  Type.Object(
    {
      access_token: AccessTokenSchema,
      sync: Type.Optional(
        Type.Boolean({
          default: false,
          description: '`true` removes files from the draft that this upload does not bring.',
        }),
      ),
      folders: Type.Optional(
        Type.Enum(['merge', 'replace'], {
          type: 'string',
          description: 'What becomes of the zip of a folder that the draft has already; as in a form.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  Type.Null(),
]);
