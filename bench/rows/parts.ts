import { FormData, request } from 'undici';
import { type Mock, TOKEN } from '../mock.js';
import { forgetPeak, memory } from '../process-figures.js';
import type { Line, Row } from '../row.js';

/** Number of files in the folder: as many as a form may reasonably have. */
const PARTS = 10_000;

/** One after the other, each to another draft. */
const RUNS = ['first', 'second', 'third'] as const;

/** How much more a run may need than the one before: garbage is collected late. */
const MAY_RISE = 1.15;

/**
 * Peak memory of the service while a folder with many files arrives, the same folder again and
 * again.
 */
export const partsRow: Row = {
  name: 'parts',
  title: `A folder of ${PARTS.toString()} files, several times in a row`,
  run: (stage) =>
    stage.ending(async () => {
      const mock = await stage.startMock([]);
      const env = { ...(await stage.serviceEnvironment(mock.url)), SYNC_WAIT_SECONDS: '280' };
      const { url, child } = await stage.startService(env);
      const lines: Line[] = [];
      let before = 0;
      for (const what of RUNS) {
        await forgetPeak(child.pid);
        const parts = await bring(mock, url);
        const { peak } = await memory(child.pid);
        const rise = { value: peak / before, digits: 2, target: { atMost: MAY_RISE } };
        lines.push({
          what,
          figures: {
            parts: { value: parts, digits: 0, target: { atLeast: PARTS, atMost: PARTS } },
            'peak MiB': { value: peak, digits: 0 },
            'to the one before': before === 0 ? '' : rise,
          },
        });
        before = peak;
      }
      return lines;
    }),
};

/** Sends the folder to a new draft. Returns how many parts the response names. */
async function bring(mock: Mock, url: string): Promise<number> {
  const draft = await mock.newDraft();
  const form = new FormData();
  form.append('access_token', TOKEN);
  for (let part = 0; part < PARTS; part += 1) form.append('files', new Blob(['x']), `folder/${part}.txt`);
  // If it came alone, the folder would count as the root.
  form.append('files', new Blob(['x']), 'beside.txt');
  const answer = await request(`${url}/depositions/${draft.id}/files`, { method: 'POST', body: form });
  const { files = [] } = (await answer.body.json()) as { files?: { parts?: unknown[] }[] };
  await mock.removeDraft(draft);
  return files.find(({ parts }) => parts !== undefined)?.parts?.length ?? 0;
}
