import fp from 'fastify-plugin';
import { problem } from '../errors.js';
import { createReadJoin } from '../joined-reads.js';
import { startTick } from '../periodic.js';
import { createSemaphore } from '../semaphore.js';
import { createLeases } from './leases.js';
import { createFileRepository } from './rows/file-repository.js';
import { createKeptUploads } from './rows/kept-uploads.js';
import { createOverdueUploads } from './rows/overdue-uploads.js';
import { createSentFiles } from './rows/sent-files.js';
import { createStagingVolumes } from './rows/staging-volumes.js';
import { createChangeReport } from './rows/state-changes.js';
import { createTusLeases } from './rows/tus-leases.js';
import { createTusRepository } from './rows/tus-repository.js';
import { createUploadQueue } from './rows/upload-queue.js';
import { createUploadReads } from './rows/upload-reads.js';
import { createUploadRepository } from './rows/upload-repository.js';
import { createReservations } from './staging/reservations.js';
import { openStaging } from './staging/staging.js';
import { TRANSFER_TIMINGS } from './timings.js';
import { READ_GAP } from './transfer/read-draft.js';
import { createUnauthenticatedBytes } from './unauthenticated-bytes.js';
import { createUploads, type Uploads } from './uploads.js';
import { createWaitingFiles } from './waiting-files.js';

/** Files that have not changed and use the database at once: fewer than it has connections. */
const SETTLING = 4;

declare module 'fastify' {
  interface FastifyInstance {
    uploads: Uploads;
  }
}

export const uploads = fp(
  async (app) => {
    const { config, database, statements, zenodo, connections, log, metrics, dependencies } = app;
    const holder = app.replica.id;
    const tick = startTick(log, 1000);
    const changes = createChangeReport(log, metrics);
    const uploadRepository = createUploadRepository(database, holder, changes);
    const fileRepository = createFileRepository(database, holder);
    const staging = await openStaging(config.stagingDir);
    const timings = {
      ...TRANSFER_TIMINGS,
      attempts: config.uploads.attempts,
      stall: config.uploads.stallSeconds * 1000,
      ...dependencies.transferTimings,
    };
    const placeOf = (owner: string) => ({ table: 'uploads', column: 'personal_token', owner });
    const service = createUploads(
      {
        uploadRepository,
        uploadReads: createUploadReads(statements),
        fileRepository,
        sentFiles: createSentFiles(database),
        waitingFiles: createWaitingFiles(tick, (ids) => fileRepository.due(ids)),
        tusRepository: createTusRepository(database, changes),
        tusLeases: createTusLeases(database),
        uploadQueue: createUploadQueue(database, holder, changes),
        overdueUploads: createOverdueUploads(database, changes, config.uploads.keepFailedHours),
        stagingVolumes: createStagingVolumes(database),
        staging,
        reservations: createReservations(
          database,
          staging,
          {
            minFree: config.stagingMinFree,
            share: config.uploads.stagingShare,
            longestLine: timings.longestLine,
          },
          createKeptUploads(database),
        ),
        limits: config.uploads,
        unauthenticated: createUnauthenticatedBytes(config.maxUnauthenticatedBytes),
        zenodo,
        zenodoFor: (caller, limits) => connections.zenodo(caller, limits),
        joinDraftReads: createReadJoin(),
        spaceDraftReads: createReadJoin(READ_GAP),
        settling: createSemaphore(SETTLING, SETTLING),
        semaphore: createSemaphore(config.uploads.transfers, config.uploads.transfersPerUser),
        timings,
        streamSilence: app.timings.streamSilence,
        log,
        metrics,
        encryptToken: (id, token) => connections.encryption.encrypt(token, placeOf(id)),
        callerOf: async ({ id, connectionId, personalToken }) => {
          if (connectionId !== null) return connections.backgroundCaller(connectionId);
          if (personalToken !== null) {
            return connections.personalCaller(connections.encryption.decrypt(personalToken, placeOf(id)));
          }
          throw problem('invalid_token', 'The access token of the upload is no longer known.');
        },
        manifests: app.manifestGuard,
        planWhole: (turn, ...plan) => app.threads.for(turn).run('planWhole', ...plan),
        mergeStaged: (owner, ...parts) =>
          app.threads.for({ owner, waitsAlways: true }).run('mergeStaged', ...parts),
        leases: createLeases(uploadRepository, tick),
        tick,
      },
      () => dependencies.now(),
      config.stagingMinFree,
    );
    app.decorate('uploads', service);
    connections.onAuthorized((id) => {
      service
        .resumeFor(id)
        .catch((error: unknown) =>
          log.error({ err: error, connection_id: id }, 'parked uploads could not be resumed'),
        );
    });
    connections.onForgotten((id) => service.failFor(id));
    app.addHook('preClose', async () => service.answerAll());
    app.addHook('onClose', () => service.close());
  },
  { name: 'uploads', dependencies: ['connections', 'manifest-guard', 'replica'] },
);
