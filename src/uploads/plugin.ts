import fp from 'fastify-plugin';
import { problem } from '../errors.js';
import { createSemaphore } from '../semaphore.js';
import { startTick } from '../time.js';
import { createAttemptRows } from './attempt-rows.js';
import { createTurns } from './endings.js';
import { createTusRepository } from './intake/tus/tus-rows.js';
import { createUnauthenticatedBytes } from './intake/unauthenticated.js';
import { createClaims } from './queue/claims.js';
import { createKept } from './queue/kept.js';
import { createLeases } from './queue/leases.js';
import { createReservations } from './staging/reservations.js';
import { openStaging } from './staging/staging.js';
import { createUploadReads } from './upload-reads.js';
import { createUploadRepository } from './upload-repository.js';
import { createUploads, type Uploads } from './uploads.js';

declare module 'fastify' {
  interface FastifyInstance {
    uploads: Uploads;
  }
}

/** Milliseconds. */
const TIMINGS = {
  firstWait: 500,
  longestWait: 30_000,
  starve: 20_000,
  fileWait: 14_000,
  trust: 30_000,
};

/** Decorates `app.uploads`. */
export const uploads = fp(
  async (app) => {
    const { config, database, statements, zenodo, connections, log, meters, dependencies } = app;
    const holder = app.replica.id;
    const tick = startTick(log, 1000);
    const turns = createTurns(log, meters);
    const rows = createUploadRepository(database, holder, turns);
    const staging = await openStaging(config.stagingDir);
    const placeOf = (owner: string) => ({ table: 'uploads', column: 'personal_token', owner });
    const room = createUploads(
      {
        rows,
        reads: createUploadReads(statements),
        tusRows: createTusRepository(database, turns),
        attempts: createAttemptRows(database, holder),
        staging,
        room: createReservations(
          database,
          staging,
          {
            minFree: config.stagingMinFree,
            share: config.uploads.stagingShare,
          },
          createKept(database),
        ),
        limits: config.uploads,
        unauthenticated: createUnauthenticatedBytes(config.maxUnauthenticatedBytes),
        zenodo,
        zenodoFor: (caller, limits) => connections.zenodo(caller, limits),
        slots: createSemaphore(config.uploads.transfers, config.uploads.transfersPerUser),
        timings: {
          ...TIMINGS,
          attempts: config.uploads.attempts,
          stall: config.uploads.stallSeconds * 1000,
          ...dependencies.transferTimings,
        },
        streamSilence: app.timings.streamSilence,
        log,
        meters,
        encryptToken: (id, token) => connections.encryption.encrypt(token, placeOf(id)),
        callerOf: async ({ id, connectionId, personalToken }) => {
          if (connectionId !== null) return connections.backgroundCaller(connectionId);
          if (personalToken !== null) {
            return connections.personalCaller(connections.encryption.decrypt(personalToken, placeOf(id)));
          }
          throw problem('invalid_token', 'The access token of the upload is no longer known.');
        },
        manifests: app.manifestGuard,
        planWhole: (...plan) => app.workers.run('planWhole', ...plan),
        mergeStaged: (...parts) => app.workers.run('mergeStaged', ...parts),
        leases: createLeases(rows, tick),
        tick,
      },
      createClaims(database, holder, turns, config.uploads.keepFailedHours),
      () => dependencies.now(),
    );
    app.decorate('uploads', room);
    connections.onRenewed((id) => {
      room
        .resumeFor(id)
        .catch((error: unknown) =>
          log.error({ err: error, connection_id: id }, 'parked uploads could not be resumed'),
        );
    });
    connections.onForgotten((id) => room.failFor(id));
    app.addHook('preClose', async () => room.answerAll());
    app.addHook('onClose', () => room.close());
  },
  { name: 'uploads', dependencies: ['connections', 'manifest-guard', 'replica'] },
);
