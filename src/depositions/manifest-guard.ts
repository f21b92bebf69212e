import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Caller } from '../connections/caller.js';
import { notice } from '../notice.js';
import { countdown } from '../time.js';
import { examineManifest, guardAccess, recordManifests } from './access-guard.js';
import { openCall } from './call.js';
import type { AccessContext } from './context.js';
import { createDraftRepository } from './draft-repository.js';

/** Builds an AccessContext from the app. */
export function accessContext(app: FastifyInstance): AccessContext {
  const { database, threads, connections, log, dependencies } = app;
  return {
    database,
    draftRepository: createDraftRepository(database),
    threads,
    zenodoFor: (caller, limits) => connections.zenodo(caller, limits),
    log,
    audit: (event, ids) => log.info({ audit: event, ...ids }, event),
    now: () => dependencies.now(),
  };
}

/** How long reading a manifest, and restricting, may take during an upload, in milliseconds. */
const TIME_OUT = 45_000;

/** Decorates `app.manifestGuard`, which uploads call. */
export const manifestGuard = fp(
  async (app) => {
    const context = accessContext(app);
    const call = (caller: Caller) => openCall(context, caller, { left: countdown(TIME_OUT) });
    app.decorate('manifestGuard', {
      inspect: ({ owner }, manifest) =>
        examineManifest(app.threads.for({ owner, waitsAlways: true }), manifest),
      seen: (caller, depositionId, manifests) => recordManifests(call(caller), depositionId, manifests),
      // A failure here does not undo the upload.
      restrict: async (caller, depositionId) => {
        try {
          return await guardAccess(call(caller), depositionId);
        } catch (err) {
          app.log.warn(
            { err, deposition_id: depositionId },
            'the manifest of an upload could not be applied',
          );
          const detail =
            'The manifest could not be applied. Check the access rights of the draft before you publish.';
          return [notice('manifest_not_read', detail)];
        }
      },
    });
  },
  { name: 'manifest-guard', dependencies: ['connections'] },
);
