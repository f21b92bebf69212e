import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Static, Type } from 'typebox';
import type { MockContext } from '../context.js';
import { removingBlobs } from '../files/stored-files.js';
import type { Tables } from '../store/model.js';
import { codeOf } from '../system-errors.js';
import { ControlError } from './control-error.js';

const rows = (fields = {}) => Type.Array(Type.Object(fields));

/** A draft or a record, with the fields without which no listing can show it. */
const RecordStateRow = Type.Union([
  Type.Null(),
  Type.Object({
    metadata: Type.Object({}),
    custom_fields: Type.Object({}),
    access: Type.Object({ embargo: Type.Object({}) }),
    pids: Type.Object({}),
    files: rows({ key: Type.String(), size: Type.Integer() }),
    bucketId: Type.String(),
    created: Type.String(),
    updated: Type.String(),
  }),
]);
const id = Type.Integer();

export const SnapshotSchema = Type.Object(
  {
    format: Type.Literal(1),
    clock: Type.Union(
      [
        Type.Object({
          now: Type.Number({ description: 'Milliseconds since the epoch.' }),
          ahead: Type.Union([Type.Number(), Type.Null()], {
            description: 'Milliseconds ahead of real time. Null if the clock only moves when told to.',
          }),
        }),
        Type.Number({ description: 'As up to version 0.2: either of them, by the kind of clock.' }),
      ],
      { description: 'Position of the clock.' },
    ),
    ids: Type.Integer({ minimum: 0, description: 'Position of the seeded source of ids.' }),
    tables: Type.Unsafe<Tables>(
      Type.Object({
        users: rows({ id, username: Type.String() }),
        apps: rows({ clientId: Type.String(), redirectUris: Type.Array(Type.String()) }),
        tokens: rows({ accessToken: Type.String(), userId: id, scopes: Type.Array(Type.String()) }),
        seededTokens: Type.Optional(rows()),
        codes: rows(),
        depositions: rows({
          id,
          conceptId: id,
          ownerId: id,
          versionIndex: id,
          draft: RecordStateRow,
          record: RecordStateRow,
        }),
        concepts: rows({ id, communityIds: Type.Array(Type.String()) }),
        communities: rows({ id: Type.String(), slug: Type.String(), ownerId: id, access: Type.Object({}) }),
        requests: rows({ id: Type.String(), depositionId: id }),
        vocabularies: Type.Optional(Type.Record(Type.String(), rows())),
        nextId: Type.Integer({ minimum: 1 }),
      }),
    ),
    files: Type.Optional(
      Type.Record(Type.String({ pattern: '^[0-9a-f-]+$' }), Type.String(), {
        description: 'Bytes in base64, by blob id.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** The complete state of a mock, as plain JSON. */
export type Snapshot = Static<typeof SnapshotSchema>;

/**
 * The state as plain JSON that shares nothing with the mock. `withFiles` adds the bytes of all
 * files, which are then in memory at once.
 */
export async function exportSnapshot(mock: MockContext, withFiles: boolean): Promise<Snapshot> {
  const snapshot = takeSnapshot(mock);
  if (!withFiles) return snapshot;
  if (mock.options.hashOnly) throw new ControlError(400, 'With hashOnly, the mock has no bytes to export.');
  const files: Record<string, string> = {};
  for (const { draft, record } of snapshot.tables.depositions) {
    for (const { blobId, size } of [draft, record].flatMap((state) => state?.files ?? [])) {
      if (blobId === null || files[blobId] !== undefined) continue;
      const bytes = await bytesOf(mock, blobId, size);
      if (bytes !== null) files[blobId] = bytes.toString('base64');
    }
  }
  return { ...snapshot, files };
}

/** The bytes of a file. Null if they have never been here, because they were not imported. */
async function bytesOf(mock: MockContext, blobId: string, size: number): Promise<Buffer | null> {
  try {
    return await buffer(await mock.blobs.read(blobId, size));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The present state without the bytes of files. */
export function takeSnapshot(mock: MockContext): Snapshot {
  const tables: Tables = JSON.parse(JSON.stringify(mock.store.dump()));
  return { format: 1, clock: mock.clock.position(), ids: mock.ids.position(), tables };
}

/**
 * Replaces the whole state. Files whose bytes are neither in the snapshot nor already here cannot
 * be downloaded.
 */
export async function importSnapshot(mock: MockContext, snapshot: Snapshot): Promise<void> {
  await removingBlobs(mock, () => restoreSnapshot(mock, snapshot));
  mock.rateWindows.clear();
  for (const [id, text] of Object.entries(snapshot.files ?? {})) {
    await mock.blobs.remove(id);
    await mock.blobs.receive(id, Readable.from([Buffer.from(text, 'base64')], { objectMode: false }));
  }
}

/** Replaces the state, but not the bytes of files. */
export function restoreSnapshot({ clock, ids, store }: MockContext, snapshot: Snapshot): void {
  const saved = snapshot.clock;
  clock.restore(typeof saved === 'number' ? { now: saved, ahead: saved } : saved);
  ids.restore(snapshot.ids);
  store.load(structuredClone(snapshot.tables));
}
