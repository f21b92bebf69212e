// Raw SQL: ages are by the clock of the database.
import fp from 'fastify-plugin';
import type { Problem } from '../errors.js';
import { KEPT_DAYS, MOST_REFUSED_UPLOADS } from '../lifetimes.js';

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Counts a refused call that brought files. If its caller is known, the operator finds it among
     * the uploads.
     */
    noteRefusal(request: FastifyRequest, fault: Problem): void;
  }
  interface FastifyContextConfig {
    /** The route accepts files, so its refusals count as refused uploads. */
    bringsFiles?: true;
  }
}

/** Records uploads that were refused before they were accepted. */
export const refusedUploads = fp(
  async (app) => {
    const { database, log, metrics, replica } = app;

    app.decorate('noteRefusal', (request, fault) => {
      // An accepted upload that failed has a row of its own, and one that counts for a link.
      const { members } = fault;
      const hasRow = 'status_url' in members || ('safe_files' in members && 'upload_id' in members);
      if (request.routeOptions.config.bringsFiles !== true || hasRow) return;
      metrics.uploads.inc({ outcome: 'refused', code: fault.code });
      const { subject, knownToken, apiKey, id: requestId } = request;
      // Strangers must not fill a table.
      if (knownToken === null && apiKey === null && subject.upload_id === undefined) return;
      const { code, status, detail } = fault;
      const row = {
        ...{ code, status, detail, requestId, replica: replica.id },
        depositionId: subject.deposition_id ?? null,
        containerId: subject.container_id ?? null,
        connectionId: subject.connection_id ?? null,
        uploadId: subject.upload_id ?? null,
      };
      // The caller does not wait for this.
      database.refusedUpload
        .create({ data: row })
        .catch((err: unknown) => log.warn({ err, code }, 'a refused upload could not be written down'));
    });

    app.cleanup.add('refused-uploads', async () => ({
      refused: await database.$executeRaw`
        DELETE FROM refused_uploads WHERE at < now() - ${KEPT_DAYS.refusedUploads} * interval '1 day'
          OR (at, id) <= (SELECT at, id FROM refused_uploads ORDER BY at DESC, id DESC OFFSET ${MOST_REFUSED_UPLOADS}::int LIMIT 1)`,
    }));
  },
  { name: 'refused-uploads', dependencies: ['cleanup', 'replica', 'failure-limits', 'api-keys'] },
);
