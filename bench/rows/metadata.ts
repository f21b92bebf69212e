import { type Mock, TOKEN } from '../mock.js';
import type { Line, Row } from '../row.js';
import { median } from '../statistics.js';

/** How often a call is timed. */
const TIMES = 20;

/** Number of concurrent saves of one draft, through two processes. */
const SAVES = 200;

const TITLE = { title: 'Fog over Nemo', license: 'MIT', resource_type: 'Data', contributors: ['A, B'] };

/** What Zenodo has to look up: two affiliations, and a funder with an award. */
const WITH_IDS = {
  ...TITLE,
  contributors: [{ name: 'A, B', affiliation: [{ ror: '01ggx4157' }, { ror: '05a28rw58' }] }],
  funding: [{ funder: { ror: '00k4n6c32' }, award: { number: '101' } }],
};

/**
 * The cost of a metadata call in time and in calls to Zenodo. No save may be lost if many happen at
 * once.
 */
export const metadataRow: Row = {
  name: 'metadata',
  title: 'A metadata call: calls to Zenodo, time compared with these calls alone, 200 saves at once',
  run: (stage) =>
    stage.ending(async () => {
      const mock = await stage.startMock();
      const env = await stage.serviceEnvironment(mock.url);
      const [one, two] = [await stage.startService(env), await stage.startService(env)];
      const draft = (await mock.newDraft()).id;
      const counted = async (what: string, body: object, lookUps: number): Promise<Line> => {
        await mock.control('DELETE', '/requests');
        await describe(one.url, draft, body);
        const calls = await mock.control<{ path: string }[]>('GET', '/requests');
        const ofDraft = calls.filter(({ path }) => path.includes(`/${draft}`)).length;
        const figures = {
          'calls of the draft': { value: ofDraft, digits: 0, target: { atMost: 3 } },
          'look-ups': { value: calls.length - ofDraft, digits: 0, target: { atMost: lookUps } },
        };
        return { what, figures };
      };
      // With the first call of a token, the service asks whom it belongs to.
      await describe(one.url, draft, TITLE);
      const lines = [
        await counted('a title', TITLE, 0),
        await counted('with four ids, for the first time', WITH_IDS, 4),
        await counted('the same again', WITH_IDS, 0),
      ];
      lines.push({
        what: `${TIMES} titles`,
        figures: { 'time ÷ the calls alone': await ratio(one.url, mock, draft) },
      });
      lines.push(await crowd([one.url, two.url], mock));
      return lines;
    }),
};

/** The time of a metadata call, divided by that of its three calls sent directly to the mock. */
async function ratio(url: string, mock: Mock, draft: number) {
  const times = { service: [] as number[], alone: [] as number[] };
  for (let index = 0; index < TIMES; index += 1) {
    times.service.push(await timed(() => describe(url, draft, { title: `Fog ${index}` })));
    times.alone.push(
      await timed(async () => {
        const path = `${mock.url}/api/records/${draft}/draft`;
        const before = await answerOf(path);
        await answerOf(path, { method: 'PUT', body: JSON.stringify(before) });
        await answerOf(`${mock.url}/api/deposit/depositions/${draft}`);
      }),
    );
  }
  return { value: median(times.service) / median(times.alone), digits: 1, target: { atMost: 4 } };
}

/**
 * Many concurrent saves of one draft through all of `urls`, each with its own subject: how many are
 * lost, and how many PUTs a save takes.
 */
async function crowd(urls: string[], mock: Mock): Promise<Line> {
  const draft = (await mock.newDraft()).id;
  for (const url of urls) await describe(url, draft, TITLE);
  await mock.control('DELETE', '/requests');
  await Promise.all(
    urls.map(async (url, process) => {
      for (let index = process; index < SAVES; index += urls.length) {
        await describe(url, draft, { subject: `subject ${index}` });
      }
    }),
  );
  const stored = (await answerOf(`${mock.url}/api/records/${draft}/draft`)) as {
    metadata: { subjects: unknown[] };
  };
  const puts = await mock.control<unknown[]>('GET', '/requests?method=PUT');
  const figures = {
    'lost of 200': { value: SAVES - stored.metadata.subjects.length, digits: 0, target: { atMost: 0 } },
    'PUTs a save': { value: puts.length / SAVES, digits: 2, target: { atMost: 2 } },
  };
  return { what: 'two processes at once', figures };
}

async function describe(url: string, draft: number, body: object): Promise<void> {
  await answerOf(`${url}/depositions/${draft}/metadata`, { method: 'POST', body: JSON.stringify(body) });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function answerOf(url: string, request: { method?: string; body?: string } = {}): Promise<unknown> {
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    'content-type': 'application/json',
    ...(url.includes('/api/records/') ? { accept: 'application/vnd.inveniordm.v1+json' } : {}),
  };
  const answer = await fetch(url, { ...request, headers });
  if (!answer.ok) throw new Error(`${answer.status} from ${url}: ${await answer.text()}`);
  return await answer.json();
}
