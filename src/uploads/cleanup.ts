import { stat } from 'node:fs/promises';
import { subjectOfRow, underSubject } from '../log-subject.js';
import type { UploadsContext } from './context.js';
import type { LiveFiles } from './tus/live-files.js';

/** Beats of a second between two rounds. */
const INTERVAL = 5;

/**
 * A folder without a row may belong to a form whose sender is not known yet. After this many
 * milliseconds it cannot.
 */
const ABANDONED = 60 * 60 * 1000;

/**
 * Ends uploads that can never end by themselves, and removes bytes that are no longer needed. Every
 * replica does this, in any order.
 */
export function startCleanup(context: UploadsContext, live: LiveFiles, now: () => number, minFree: number) {
  const { staging, stagingVolumes, overdueUploads, tusRepository, tusLeases, timings, log } = context;
  const rarely = timings.sweep / 1000 / INTERVAL;
  let turn = 0;

  const report = async () => {
    const space = await staging.space().catch(() => ({ total: null, free: null }));
    await stagingVolumes.report(staging.volume, { ...space, minFree });
  };

  const work = async () => {
    // Else this process would call the uploads of its own volume stranded when it starts.
    await reports.run();
    const ended = await overdueUploads.end();
    if (ended > 0 || turn % rarely === 0) await sweep();
    if (turn % rarely === 0) await forgetOld();
    turn += 1;
  };

  const forgetOld = async () => {
    await overdueUploads.forgetOld();
    await stagingVolumes.forgetOld();
  };

  /** Continues tus files whose process died. */
  const recover = async () => {
    // So few come at once that they need not wait for each other: one may wait for its lease.
    const files = await tusLeases.expired(staging.volume);
    await Promise.all(
      files.map((file) =>
        underSubject(subjectOfRow(file), () =>
          live
            .recover(file.id)
            .catch((err: unknown) => log.warn({ err, file_id: file.id }, 'a file could not be resumed')),
        ),
      ),
    );
    await tusRepository.completeSingles(staging.volume);
  };

  const sweep = async () => {
    const ids = await staging.list();
    const { needed, known } = await overdueUploads.needed(ids);
    await overdueUploads.dropForgotten(staging.volume, ids);
    for (const id of ids) {
      if (needed.has(id)) continue;
      if (!known.has(id)) {
        const folder = await stat(staging.folderOf(id)).catch(() => null);
        if (folder === null || now() - folder.mtimeMs < ABANDONED) continue;
      }
      await staging.remove(id);
      const upload = known.has(id) ? await context.uploadReads.find(id) : null;
      underSubject(upload === null ? {} : subjectOfRow({ ...upload, uploadId: id }), () =>
        log.info({ upload_id: id }, 'leftover bytes were removed'),
      );
    }
  };

  // Each on its own: a large file is hashed for minutes, and a volume that is silent for one counts
  // as unreachable.
  const reports = context.tick.every(INTERVAL, 'reporting the staging volume', report);
  const jobs = [
    reports,
    context.tick.every(INTERVAL, 'recovering files by tus', recover),
    context.tick.every(INTERVAL, 'cleaning up uploads', work),
  ];
  for (const job of jobs) void job.run();

  return {
    async close(): Promise<void> {
      await Promise.all(jobs.map((job) => job.stop()));
    },
  };
}
