import { subjectOfRow, underSubject } from '../../log-subject.js';
import type { UploadsContext } from '../context.js';
import type { UploadWithFiles } from '../rows/upload-reads.js';
import type { LiveFiles } from '../tus/live-files.js';
import { resumeUpload } from './resume.js';

/**
 * Beats between two looks at the queue, and how many of its uploads one process works on at once.
 */
const INTERVAL = 2;
const MAX_RUNS = 32;

/**
 * Takes over uploads that no process works on: of dead processes, set back ones, and those whose
 * user has authorized again.
 */
export function startQueue(context: UploadsContext, live: () => LiveFiles) {
  const { leases, staging, uploadQueue, uploadReads, log } = context;
  let closed = false;
  let running = 0;

  const look = async () => {
    while (!closed && running < MAX_RUNS) {
      const id = await uploadQueue.claim(staging.volume, leases.ids());
      if (id === null) return;
      const upload = await uploadReads.find(id);
      if (upload === null) continue;
      running += 1;
      void underSubject(subjectOfRow({ ...upload, uploadId: id }), () => takeUp(upload)).finally(() => {
        running -= 1;
      });
    }
  };
  const takeUp = async (upload: UploadWithFiles) => {
    const { id, attempts } = upload;
    try {
      log.info({ upload_id: id, takeover: attempts }, 'an upload is resumed');
      const worker = await resumeUpload(context, live(), upload);
      await worker?.ended;
    } catch (error) {
      log.error({ err: error, upload_id: id }, 'an upload could not be resumed');
    }
  };
  const looks = context.tick.every(INTERVAL, 'reading the queue', look);
  const nudge = () => void looks.run();
  nudge();

  return {
    /** Looks at once. */
    nudge,
    async close(): Promise<void> {
      closed = true;
      await looks.stop();
    },
  };
}
