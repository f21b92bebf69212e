import { Type } from 'typebox';
import { DepositionParamsSchema } from './depositions.js';

/** `:id` and `:name` of a file's own path. */
export const FileParamsSchema = Type.Object({
  ...DepositionParamsSchema.properties,
  name: Type.String({ minLength: 1, description: 'The file name, percent-encoded.' }),
});

/** Where no body is sent, the token may stand in the query. */
export const TokenQuerySchema = Type.Object({ access_token: Type.Optional(Type.String()) });

/** Field `sizes` of an upload form: bytes by file name. */
export const AnnouncedSizes = Type.Record(Type.String(), Type.Integer({ minimum: 0 }));

/** Field `md5s` of an upload form: md5 in hex by file name. */
export const AnnouncedSums = Type.Record(Type.String(), Type.String({ pattern: '^[0-9a-fA-F]{32}$' }));

/** The upload form, for the documentation: it is read as a stream, field by field. */
export const UploadFormSchema = Type.Object(
  {
    access_token: Type.Optional(
      Type.String({ description: 'Before the files, unless the token is in the Authorization header.' }),
    ),
    sizes: Type.Optional(
      Type.String({
        description:
          'JSON object of file names and their bytes, before the files. Files are then passed on while they arrive.',
      }),
    ),
    md5s: Type.Optional(
      Type.String({ description: 'JSON object of file names and their md5 in hex, before the files.' }),
    ),
    archive: Type.Optional(
      Type.Enum(['zip', 'never'], {
        type: 'string',
        description:
          '`zip` (default): what lies in a folder becomes `<folder>.zip`. `never`: it is flattened, `a/b.csv` to `a_b.csv`.',
      }),
    ),
    sync: Type.Optional(
      Type.String({
        description:
          '`true` removes files from the draft that this upload does not bring, once all else is safe; what other uploads bring meanwhile stays.',
      }),
    ),
    files: Type.Array(Type.String({ format: 'binary' }), {
      description:
        'Parts with a file name, under any field names. Directories in file names make folders; a directory that all parts share is removed.',
    }),
  },
  { description: 'As browsers and Python’s requests send it.' },
);
