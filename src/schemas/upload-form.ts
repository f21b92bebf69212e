import { type TSchema, Type } from 'typebox';
import { MAX } from './body-limits.js';
import { DepositionParamsSchema } from './depositions.js';

/** `:id` and `:name` in the path of a file. */
export const FileParamsSchema = Type.Object({
  ...DepositionParamsSchema.properties,
  name: Type.String({ minLength: 1, maxLength: MAX.head, description: 'File name, percent-encoded.' }),
});

/** Field `sizes` of an upload form: bytes by file name. */
const AnnouncedSizes = Type.Record(Type.String(), Type.Integer({ minimum: 0 }));

/** Field `md5s` of an upload form: md5 in hex by file name. */
const AnnouncedSums = Type.Record(Type.String(), Type.String({ pattern: '^[0-9a-fA-F]{32}$' }));

/** A field of a form that holds JSON. */
const Json = (schema: TSchema, description: string) =>
  Type.Optional(
    Type.String({
      maxLength: MAX.list,
      description,
      contentMediaType: 'application/json',
      contentSchema: { ...schema },
    }),
  );

/**
 * The upload form, for the documentation. The form is read as a stream, part by part, in the order
 * of its parts.
 */
export const UploadFormSchema = Type.Object(
  {
    access_token: Type.Optional(
      Type.String({
        maxLength: MAX.token,
        description:
          'The access token, unless it is in the `Authorization` header. Send it before the files.',
      }),
    ),
    sizes: Json(
      AnnouncedSizes,
      'Sizes in bytes by file name as sent. Send this field before the files, and name all of them. Each file is then forwarded to Zenodo while it arrives.',
    ),
    md5s: Json(
      AnnouncedSums,
      'MD5 checksums in hex by file name as sent. Send this field before the files. Each file is compared with its checksum before it is kept.',
    ),
    archive: Type.Optional(
      Type.Enum(['zip', 'never'], {
        type: 'string',
        default: 'zip',
        description:
          '`zip`: each folder becomes `<folder>.zip`. `never`: folders are flattened, so `a/b.csv` becomes `a_b.csv`. If you send `sizes`, send this field before the files.',
      }),
    ),
    sync: Type.Optional(
      Type.Enum(['true', 'false'], {
        type: 'string',
        default: 'false',
        description:
          '`true` removes files from the draft that are not part of this upload, once all files of the upload are at Zenodo. Files that other uploads send meanwhile are kept. `1`, `yes`, `on`, `0`, `no` and `off` are accepted too.',
      }),
    ),
    folders: Type.Optional(
      Type.Enum(['merge', 'replace'], {
        type: 'string',
        default: 'merge',
        description:
          '`merge`: if the draft already has the zip of a folder, the zip keeps its files unless this call sends newer ones. So a folder can be sent in several calls. `replace`: the zip contains only what this call sends. With `sync=true`, the default is `replace`.',
      }),
    ),
    files: Type.Array(Type.String({ format: 'binary' }), {
      maxItems: MAX.files,
      description:
        'The files, after all other fields. Every part with a file name is a file, whatever its field name and content type. Directories in file names create folders. A directory that all files share is removed; but if these would be more files than Zenodo accepts, the innermost one becomes a zip. In file names, only `%22`, `%0D` and `%0A` are decoded.',
    }),
  },
  {
    description:
      'A form as browsers and Python’s `requests` send it: fields first, then files. It may have 20,000 files, whose paths have 3 MiB in total, and 50 fields of up to 64 KiB. `sizes` and `md5s` may have 1 MiB per field, and may be split over several fields of the same name. Unknown fields are ignored and named in `warnings`.',
  },
);
