import { type Static, Type } from 'typebox';

/** A file of a deposition. */
const ZenodoFileSchema = Type.Object({
  id: Type.String(),
  filename: Type.String(),
  filesize: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  checksum: Type.String(),
});

/** Ids are as long as callers may send them. */
export const MAX_RECORD_ID = 999_999_999_999_999;

/** The id of a record as a text, which becomes a number. */
export const RecordIdSchema = Type.String({ pattern: '^[0-9]{1,15}$' });

/**
 * The parts of a deposition that this service relies on
 * (zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/legacyjson.py).
 */
export const ZenodoDepositionSchema = Type.Object({
  id: Type.Integer({ minimum: 0, maximum: MAX_RECORD_ID }),
  conceptrecid: Type.Optional(RecordIdSchema),
  created: Type.String(),
  modified: Type.String(),
  title: Type.Optional(Type.String()),
  owner: Type.Integer(),
  state: Type.Enum(['unsubmitted', 'inprogress', 'done', 'error']),
  submitted: Type.Boolean(),
  doi: Type.Optional(Type.String()),
  doi_url: Type.Optional(Type.String()),
  conceptdoi: Type.Optional(Type.String()),
  metadata: Type.Record(Type.String(), Type.Unknown()),
  links: Type.Record(Type.String(), Type.Unknown()),
  files: Type.Optional(Type.Array(ZenodoFileSchema)),
});

/**
 * When it was created; null if that is no moment, or one before 1970 or in a year of five digits,
 * which the database may refuse. It does not change before publication.
 */
export function createdAt({ created }: { created: string }): Date | null {
  const at = new Date(created);
  return at.getUTCFullYear() >= 1970 && at.getUTCFullYear() <= 9999 ? at : null;
}

/** The MD5 of a file in hexadecimal. Buckets prefix it with `md5:`, depositions do not. */
export function md5Of({ checksum }: { checksum: string }): string {
  return checksum.replace(/^md5:/, '').toLowerCase();
}

/** Zenodo may write the same moment with more or fewer digits. Milliseconds. */
const SAME = 1000;

/** Whether both are known and differ: then one id has been assigned twice. */
export function isReusedId(known: Date | null | undefined, seen: Date | null): boolean {
  return known != null && seen !== null && Math.abs(known.getTime() - seen.getTime()) >= SAME;
}

export type ZenodoFile = Static<typeof ZenodoFileSchema>;
export type ZenodoDeposition = Static<typeof ZenodoDepositionSchema>;

/** A bucket's answer to a PUT. */
export const BucketFileSchema = Type.Object({
  key: Type.String(),
  size: Type.Number(),
  checksum: Type.String(),
});

export type BucketFile = Static<typeof BucketFileSchema>;
