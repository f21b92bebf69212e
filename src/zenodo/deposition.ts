import { type Static, Type } from 'typebox';

/**
 * A file as it stands in a deposition; `checksum` is bare md5 hex here, and carries `md5:` in
 * bucket answers.
 */
const ZenodoFileSchema = Type.Object({
  id: Type.String(),
  filename: Type.String(),
  filesize: Type.Number(),
  checksum: Type.String(),
});

/**
 * A deposition as far as this service relies on it
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

/**
 * When it came into being; null if Zenodo writes it in a way that is not known. It never changes
 * while a draft was not published.
 */
export function createdAt({ created }: { created: string }): Date | null {
  const at = new Date(created);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** What Zenodo writes with more or fewer digits is the same moment still. Milliseconds. */
const SAME = 1000;

/** Whether both are known, and are not the same moment: then one id has been given twice. */
export function isOther(known: Date | null | undefined, seen: Date | null): boolean {
  return known != null && seen !== null && Math.abs(known.getTime() - seen.getTime()) >= SAME;
}

export type ZenodoFile = Static<typeof ZenodoFileSchema>;
export type ZenodoDeposition = Static<typeof ZenodoDepositionSchema>;

/** What a bucket answers to a PUT. */
export const BucketFileSchema = Type.Object({
  key: Type.String(),
  size: Type.Number(),
  checksum: Type.String(),
});

export type BucketFile = Static<typeof BucketFileSchema>;
