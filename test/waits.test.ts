import { readdir, readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { authorize, bringBack, call } from './consent.js';
import { startService } from './service.js';
import { startSilentRelay } from './silent-relay.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Milliseconds. The shape of the real ones, a tenth as long. */
const TIMINGS = { call: 4500, longCall: 9000, zenodoCall: 3000, tokenCall: 1000 };

/** Wide: a busy machine answers late, but one that waits for ever does not answer at all. */
const SLACK = 20_000;

/** What came of a call, and whether it came within `promised` and the slack. */
async function timed(promised: number, work: () => Promise<{ status: number; body: unknown }>) {
  let late: NodeJS.Timeout | undefined;
  const never = new Promise<{ status: number; body: unknown }>((come) => {
    late = setTimeout(() => come({ status: 0, body: 'no answer' }), promised + SLACK);
  });
  const { status, body } = await Promise.race([work(), never]).finally(() => clearTimeout(late));
  return { status, code: (body as { code?: string }).code, body };
}

t.test('every wait for Zenodo ends, whatever the garbage collector does meanwhile', async (t) => {
  const relay = await startSilentRelay(t);
  const url = `http://${relay.host}`;
  const service = await startService(t, {
    mock: { publicUrl: url },
    env: { ZENODO_URL: url, SYNC_WAIT_SECONDS: '5' },
    dependencies: { timings: TIMINGS, patience: { attempts: 2, firstWait: 100, stall: 2000, trust: 0 } },
  });
  relay.leadTo(service.mock.address);
  const granted = await authorize(service.url, { container: 'waits' });
  const token = granted.body['access_token'];
  const id = granted.body['deposition_id'];
  const gc = setInterval(collect, 1000);
  t.teardown(() => clearInterval(gc));

  const at = (path: string) => `${service.url}/depositions/${id}${path}`;
  const put = async (name: string, prefer = '') => {
    const headers = { authorization: `Bearer ${token}`, ...(prefer ? { prefer } : {}) };
    const answer = await fetch(at(`/files/${name}`), { method: 'PUT', headers, body: `bytes of ${name}` });
    return { status: answer.status, body: await answer.json() };
  };
  t.equal((await put('there.txt')).status, 200);
  const read = () => call(at(''), { method: 'GET', token });

  for (const mode of ['mute', 'drip'] as const) {
    await t.test(`Zenodo is ${mode === 'mute' ? 'mute' : 'dripping'}`, async (t) => {
      const back = await bringBack(service.url, { container: `waits-${mode}` });
      // A few calls first, as in a life: connections are open, and there is something to collect.
      for (let round = 0; round < 5; round += 1) t.equal((await read()).status, 200);
      relay.set(mode);
      const json = { metadata: { title: 'Waits' } };
      const calls = {
        read,
        verify: () => call(at('/verify'), { method: 'GET', token }),
        metadata: () => call(at('/metadata'), { json, token }),
        list: () => call(`${service.url}/depositions`, { method: 'GET', token }),
        files: () => call(at('/files'), { method: 'GET', token }),
        download: () => call(at('/files/there.txt'), { method: 'GET', token }),
        'a file removed': () => call(at('/files/there.txt'), { method: 'DELETE', token }),
        upload: () => put(`${mode}.txt`),
        'a foreign token': () => call(at(''), { method: 'GET', token: 'somebody-elses' }),
        refresh: async () => {
          await service.app.database.connection.updateMany({ data: { refreshedAt: new Date(0) } });
          return call(`${service.url}/oauth/refresh`, { json: { access_token: token } });
        },
      };
      const answers = await Promise.all(
        Object.entries(calls).map(async ([name, work]) => {
          return [name, await timed(TIMINGS.call, work)] as const;
        }),
      );
      for (const [name, answer] of answers) t.match(answer, { status: 504, code: 'zenodo_timeout' }, name);
      const ended = await timed(TIMINGS.longCall, () =>
        call(`${service.url}/oauth/callback`, { json: back }),
      );
      t.match(ended, { status: 504, code: 'zenodo_timeout' }, 'callback');
      t.equal((await fetch(`${service.url}/healthz`)).status, 200);
      t.equal((await fetch(`${service.url}/readyz`)).status, 200, 'Zenodo is not this service');
      relay.set('pass');
      // What dripped has reached Zenodo: the pair it gave is lost, and only the user can give another.
      const then = mode === 'mute' ? 200 : 401;
      t.equal((await timed(TIMINGS.call, read)).status, then, 'and Zenodo is heard again');
    });
  }
});

t.test('no source relies on a signal that the garbage collector may take', async (t) => {
  const folder = new URL('../src/', import.meta.url);
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.ts') || name.startsWith('database/generated')) continue;
    const text = await readFile(new URL(name, folder), 'utf8');
    t.notMatch(text, /AbortSignal\.(any|timeout)\(/, `${name}: take a Deadline of time.ts`);
  }
});
