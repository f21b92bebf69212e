import { type TSchema, Type } from 'typebox';
import { DepositionParamsSchema } from './depositions.js';

/** `:id` and `:name` of a file's own path. */
export const FileParamsSchema = Type.Object({
  ...DepositionParamsSchema.properties,
  name: Type.String({ minLength: 1, description: 'The file name, percent-encoded.' }),
});

/** Field `sizes` of an upload form: bytes by file name. */
export const AnnouncedSizes = Type.Record(Type.String(), Type.Integer({ minimum: 0 }));

/** Field `md5s` of an upload form: md5 in hex by file name. */
export const AnnouncedSums = Type.Record(Type.String(), Type.String({ pattern: '^[0-9a-fA-F]{32}$' }));

/** A field of a form that holds JSON. */
const Json = (schema: TSchema, description: string) =>
  Type.Optional(
    Type.String({ description, contentMediaType: 'application/json', contentSchema: { ...schema } }),
  );

/**
 * The upload form, for the documentation: it is read as a stream, part by part, in the order in
 * which it comes.
 */
export const UploadFormSchema = Type.Object(
  {
    access_token: Type.Optional(
      Type.String({ description: 'Before the files, unless the token is in the Authorization header.' }),
    ),
    sizes: Json(
      AnnouncedSizes,
      'Bytes of every file by its name as sent, before the files; then all files must be named. They are passed on while they arrive.',
    ),
    md5s: Json(
      AnnouncedSums,
      'md5 in hex by file name as sent, before the files. What arrives is compared before anything is kept.',
    ),
    archive: Type.Optional(
      Type.Enum(['zip', 'never'], {
        type: 'string',
        default: 'zip',
        description:
          '`zip`: what lies in a folder becomes `<folder>.zip`. `never`: it is flattened, `a/b.csv` to `a_b.csv`. Before the files if there are `sizes`.',
      }),
    ),
    sync: Type.Optional(
      Type.Enum(['true', 'false'], {
        type: 'string',
        default: 'false',
        description:
          '`true` removes files from the draft that this upload does not bring, once all else is safe; what other uploads bring meanwhile stays. Also `1`, `yes`, `on`, and their contraries.',
      }),
    ),
    folders: Type.Optional(
      Type.Enum(['merge', 'replace'], {
        type: 'string',
        default: 'merge',
        description:
          '`merge`: if the draft has the zip of a folder already, its parts stay in it unless this call brings newer ones, so a folder may come in several calls. `replace`: the zip holds what this call brings and nothing else; the default with `sync=true`.',
      }),
    ),
    files: Type.Array(Type.String({ format: 'binary' }), {
      description:
        'Parts with a file name, after all other fields, under this or any other field names and with any content types. Directories in file names make folders; a directory that all parts share is removed. `%22`, `%0D` and `%0A` in a file name are decoded, nothing else is.',
    }),
  },
  {
    description:
      'As browsers and Python’s requests send it: fields first, then files. At most 20,000 files, whose paths have 3 MiB together, and 50 fields of 64 KiB; `sizes` and `md5s` may have 1 MiB, and come in several fields; fields that are not known are ignored and named in `warnings`.',
  },
);
