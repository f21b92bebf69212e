import type { Line, Row } from '../row.js';
import { FILES, form, raw } from '../ways.js';

const BYTES = 4 * 1024 * 1024;

/**
 * Zenodo limits the calls per minute of all users of a deployment together. How many does a request
 * cost?
 */
export const upstreamCallsRow: Row = {
  name: 'upstream-calls',
  title: 'Calls of Zenodo that one request needs',
  run: (stage) =>
    stage.ending(async () => {
      const mock = await stage.startMock();
      const service = await stage.startService(await stage.serviceEnvironment(mock.url));
      const lines: Line[] = [];
      const requests = { 'a raw PUT': raw, [`a form of ${FILES} files`]: form('plain') };
      for (const [what, way] of Object.entries(requests)) {
        const draft = await mock.newDraft();
        await mock.control('DELETE', '/requests');
        await way.send(service.url, draft, BYTES);
        const calls = await mock.control<{ method: string }[]>('GET', '/requests');
        const files = way.files(BYTES)?.size ?? 0;
        const puts = calls.filter(({ method }) => method === 'PUT').length;
        lines.push({
          what,
          figures: {
            'PUT a file': { value: puts / files, digits: 0, target: { atMost: 1 } },
            others: { value: calls.length - puts, digits: 0, target: { atMost: 1 } },
          },
        });
      }
      return lines;
    }),
};
