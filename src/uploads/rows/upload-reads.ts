// Raw SQL: the prepared statement of every call (docs/adr/0010-prepared-statements.md).
import { Prisma, type Upload, type UploadEvent, type UploadFile } from '../../database/generated/client.js';
import type { Statements } from '../../database/prepared-statements.js';

/** The most recent lines of the history in a response. */
const SHOWN_EVENTS = 100;

/** Parts of zips in the head of an upload, over all its files. */
export const HEAD_PARTS = 100;

/** `events`: most recent first. `folders`: bytes of tus folders, whose zips are not files yet. */
export type UploadWithFiles = Upload & {
  files: UploadFile[];
  events: UploadEvent[];
  folders: { size: number; received: number };
};

/** An upload with the first parts of its zips. `counts`: the number of parts by file id. */
export interface UploadHead {
  upload: UploadWithFiles;
  counts: ReadonlyMap<string, number>;
}

/** A row as JSON, without dates and with numbers up to 2^53. No size comes near that. */
type InJson<Row> = {
  [Column in keyof Row]: Date extends Row[Column]
    ? Exclude<Row[Column], Date> | string
    : bigint extends Row[Column]
      ? Exclude<Row[Column], bigint> | number
      : Row[Column];
};

/** The result of the statement. */
type Read = Omit<Upload, 'depositionId' | 'reserved'> & {
  depositionId: string;
  reserved: string;
  files: (InJson<UploadFile> & { partCount: number | null })[];
  events: InJson<UploadEvent>[];
  folders: UploadWithFiles['folders'];
};

/** The columns of a model under the names of its fields, so that a new one cannot be forgotten. */
function columnsOf(fields: object, { but = [] }: { but?: string[] } = {}): string {
  return Object.keys(fields)
    .filter((field) => !but.includes(field))
    .map((field) => `${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} AS "${field}"`)
    .join(', ');
}

/** An upload with its files, its history and its tus folders. `parts`: what is read of zips. */
const readWith = (parts: string) => `
  SELECT ${columnsOf(Prisma.UploadScalarFieldEnum)},
    (SELECT coalesce(json_agg(f ORDER BY f.position, f.name), '[]') FROM (
      SELECT ${columnsOf(Prisma.UploadFileScalarFieldEnum, { but: ['parts'] })}, ${parts} AS parts,
        CASE WHEN jsonb_typeof(parts) = 'array' THEN jsonb_array_length(parts) END AS "partCount"
      FROM upload_files WHERE upload_id = uploads.id) f) AS files,
    (SELECT coalesce(json_agg(e ORDER BY e.id DESC), '[]') FROM (
      SELECT ${columnsOf(Prisma.UploadEventScalarFieldEnum)}
      FROM upload_events WHERE upload_id = uploads.id ORDER BY id DESC LIMIT ${SHOWN_EVENTS}) e) AS events,
    (SELECT json_build_object('size', coalesce(sum(size), 0), 'received', coalesce(sum(received), 0))
      FROM tus_files t
      WHERE t.upload_id = uploads.id AND resumable AND finished_at IS NULL AND (state = 'receiving' OR completion IS NOT NULL)
        AND NOT EXISTS (SELECT FROM upload_files f WHERE f.id = t.id)
        AND NOT EXISTS (
          SELECT FROM upload_files f WHERE f.upload_id = uploads.id AND f.name = split_part(t.path, '/', 1) || '.zip')
    ) AS folders
  FROM uploads WHERE id = $1::uuid`;

const READ = readWith('parts');
const READ_PROGRESS = readWith('NULL::jsonb');
const READ_HEAD = readWith(
  `CASE WHEN jsonb_typeof(parts) = 'array' THEN jsonb_path_query_array(parts, '$[0 to ${HEAD_PARTS - 1}]') END`,
);

export type UploadReads = ReturnType<typeof createUploadReads>;

/** Reads an upload in one statement, so that all of it is from the same moment. */
export function createUploadReads(statements: Statements) {
  const read = async (name: string, text: string, id: string): Promise<Read | null> => {
    const [row] = await statements.rows<Read>(name, text, [id]);
    return row ?? null;
  };

  return {
    async find(id: string): Promise<UploadWithFiles | null> {
      return uploadOf(await read('read-upload', READ, id));
    },

    /**
     * Like `find`, but without the parts of zips, which may be ten thousand. Cheap enough for every
     * second.
     */
    async findProgress(id: string): Promise<UploadWithFiles | null> {
      return uploadOf(await read('read-upload-progress', READ_PROGRESS, id));
    },

    /**
     * Like `find`, but with only the first parts of each zip. Zips of ten thousand parts are not
     * read in full.
     */
    async findHead(id: string): Promise<UploadHead | null> {
      const row = await read('read-upload-head', READ_HEAD, id);
      const upload = uploadOf(row);
      if (row === null || upload === null) return null;
      const counted = row.files.flatMap((file): [string, number][] =>
        file.partCount === null ? [] : [[file.id, file.partCount]],
      );
      return { upload, counts: new Map(counted) };
    },
  };
}

function uploadOf(row: Read | null): UploadWithFiles | null {
  if (row === null) return null;
  return {
    ...row,
    depositionId: BigInt(row.depositionId),
    reserved: BigInt(row.reserved),
    files: row.files.map(({ partCount: _, ...file }) => ({
      ...file,
      depositionId: BigInt(file.depositionId),
      size: file.size === null ? null : BigInt(file.size),
      received: BigInt(file.received),
      sent: BigInt(file.sent),
      nextAt: dateOf(file.nextAt),
      createdAt: new Date(file.createdAt),
      updatedAt: new Date(file.updatedAt),
    })),
    events: row.events.map((event) => ({
      ...event,
      id: BigInt(event.id),
      at: new Date(event.at),
      nextAt: dateOf(event.nextAt),
    })),
  };
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
