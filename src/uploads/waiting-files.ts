import type { Tick } from '../periodic.js';
import { pause, whenAborted } from '../time.js';

/** Beats between two looks whether a waiting file is due. */
const POLL = 2;

export type WaitingFiles = ReturnType<typeof createWaitingFiles>;

/**
 * Files that wait for their next attempt. The operator may ask for an attempt at once. Every
 * process looks for that: `dueOf` says which files are due.
 */
export function createWaitingFiles(tick: Tick, dueOf: (fileIds: string[]) => Promise<string[]>) {
  const waiting = new Map<string, AbortController>();

  const looks = tick.every(POLL, 'looking for files that are to be tried at once', async () => {
    if (waiting.size === 0) return;
    for (const id of await dueOf([...waiting.keys()])) waiting.get(id)?.abort(DUE);
  });

  return {
    /** Waits some milliseconds, or until the file is due. Throws the signal's reason. */
    async pause(fileId: string, milliseconds: number, signal: AbortSignal): Promise<void> {
      const control = new AbortController();
      const giveUp = () => control.abort(signal.reason);
      whenAborted(signal, giveUp);
      waiting.set(fileId, control);
      try {
        await pause(milliseconds, control.signal);
      } catch (error) {
        if (error !== DUE) throw error;
      } finally {
        // The file may already be waiting again, with another controller.
        if (waiting.get(fileId) === control) waiting.delete(fileId);
        signal.removeEventListener('abort', giveUp);
      }
    },
    close: () => looks.stop(),
  };
}

const DUE = new Error('the file is due');
