import { type Static, Type } from 'typebox';

/**
 * A file of a deposition. `checksum` is plain MD5 in hexadecimal here, and has the prefix `md5:` in
 * answers of buckets.
 */
const ZenodoFileSchema = Type.Object({
  id: Type.String(),
  filename: Type.String(),
  filesize: Type.Number(),
  checksum: Type.String(),
});

/**
 * The parts of a deposition that this service relies on
 * (zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/legacyjson.py).
 */
export const ZenodoDepositionSchema = Type.Object({
  id: Type.Integer(),
  conceptrecid: Type.Optional(Type.String()),
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

/** When it was created; null if the format is unknown. It does not change before publication. */
export function createdAt({ created }: { created: string }): Date | null {
  const at = new Date(created);
  return Number.isNaN(at.getTime()) ? null : at;
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
