import { randomUUID } from 'node:crypto';
import fp from 'fastify-plugin';
import { problem } from '../errors.js';
import type { Patience, UploadsContext } from './context.js';
import { tellDrafts } from './manifest.js';
import { type Arrival, openReception, type Reception } from './reception.js';
import type { Outcome, Run } from './run.js';
import { createSlots } from './slots.js';
import { openStaging } from './staging.js';
import { createUploadRows, type UploadWithFiles } from './upload-rows.js';

declare module 'fastify' {
  interface FastifyInstance {
    uploads: Uploads;
  }
}

export type Uploads = ReturnType<typeof createUploads>;

/** How often leases are renewed, in milliseconds: three times in the life of one. */
const RENEWAL = 5000;

const PATIENCE: Patience = {
  attempts: 6,
  firstWait: 500,
  longestWait: 30_000,
  stall: 60_000,
  starve: 20_000,
};

/** The uploads of this process and the door to all others. */
export function createUploads(context: UploadsContext) {
  const { rows, log } = context;
  const runs = new Map<string, Run>();

  const keep = (run: Run) => {
    if (runs.has(run.id)) return;
    runs.set(run.id, run);
    void run.ended.finally(() => runs.delete(run.id));
  };

  const renewal = setInterval(() => {
    const ids = [...runs.keys()];
    rows
      .renew(ids)
      .then(async (kept) => {
        const lost = ids.filter((id) => !kept.includes(id));
        const reason = problem('service_unavailable', 'Another process took the upload over.');
        await Promise.all(lost.map((id) => runs.get(id)?.stop('lost', reason)));
      })
      .catch((error: unknown) => log.error({ err: error }, 'leases could not be renewed'));
  }, RENEWAL).unref();

  return {
    /** Begins to take the files of one request. */
    receive(arrival: Arrival): Reception {
      return openReception({ ...context, keep }, arrival);
    },

    /** How the run ended, or null if it has not after `milliseconds`. */
    async wait(run: Run, milliseconds: number): Promise<Outcome | null> {
      const late = Symbol('late');
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<typeof late>((resolve) => {
        timer = setTimeout(() => resolve(late), milliseconds);
      });
      const first = await Promise.race([run.ended, timeout]);
      clearTimeout(timer);
      return first === late ? null : (first as Outcome);
    },

    /** An upload of this owner. Throws upload_not_found, also if it is somebody else's. */
    async read(id: string, owner: string): Promise<UploadWithFiles> {
      const upload = await rows.find(id);
      if (upload === null || upload.owner !== owner) {
        throw problem('upload_not_found', 'No such upload, or it belongs to somebody else.');
      }
      return upload;
    },

    close(): void {
      clearInterval(renewal);
    },
  };
}

/** Decorates `app.uploads`. */
export const uploads = fp(
  async (app) => {
    const { config, database, zenodo, connections, log } = app;
    const room = createUploads({
      rows: createUploadRows(database, randomUUID()),
      staging: await openStaging(config.stagingDir),
      zenodo,
      withToken: (caller, call, options) => connections.withToken(caller, call, options),
      slots: createSlots(16, 4),
      patience: PATIENCE,
      log,
      sealToken: (uploadId, token) =>
        connections.vault.seal(token, { table: 'uploads', column: 'personal_token', owner: uploadId }),
      manifestSeen: (...seen) => tellDrafts(app, ...seen),
      keep: () => undefined,
    });
    app.decorate('uploads', room);
    app.addHook('onClose', async () => room.close());
  },
  { name: 'uploads', dependencies: ['connections'] },
);
