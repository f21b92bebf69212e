import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Line, Row } from '../row.js';
import { median } from '../statistics.js';
import { fillAsInUse } from '../years-of-use.js';

const KEY = 'correct horse battery staple';

/** Times that each page is asked for. */
const VISITS = 10;

/** Milliseconds in which a page should come, in the middle and nearly always. */
const FAST = { median: 250, slowest: 1000 };

/** Pages by what somebody does there. `{id}` is an upload, `{next}` the second page of the list. */
const PAGES: Record<string, string> = {
  now: '',
  uploads: 'uploads',
  'uploads, next page': 'uploads?{next}',
  'uploads of a container': 'uploads?text=container-4711',
  'uploads of a container, by its link': 'uploads?container=container-4711',
  'uploads of a deposition, by its link': 'uploads?deposition=10004711',
  'uploads of a user, by its link': 'uploads?user=104711',
  'uploads of a deposition': 'uploads?text=10004711',
  'uploads of a user': 'uploads?text=104711',
  'uploads of a request': 'uploads?text=req-4711',
  'upload of a file': 'uploads?text=data-req-4711',
  'uploads of a beginning that many files have': 'uploads?text=measurements-',
  'uploads of a beginning that nearly all files have': 'uploads?text=data-',
  'nothing found': 'uploads?text=nothing',
  'failed uploads': 'uploads?state=failed',
  'failed uploads of a user': 'uploads?state=failed&text=104711',
  'refused uploads': 'uploads?state=refused',
  'open uploads': 'uploads?state=open',
  'uploads of a day': 'uploads?since=3d&until=2d',
  'an upload': 'uploads/{id}',
  connections: 'connections',
  'lapsed connections': 'connections?state=reauthorization_required',
  'connection of a user': 'connections?text=104711',
  drafts: 'drafts',
  'deleted drafts': 'drafts?state=deleted',
  'published drafts': 'drafts?state=published',
  'a draft': 'drafts?text=10004711',
  webhooks: 'webhooks',
  'webhooks that were not delivered': 'webhooks?state=undelivered',
  'webhooks of a container': 'webhooks?text=container-4711',
  'webhooks of a request': 'webhooks?text=req-4711',
  doctor: 'doctor',
};

/** The operator's pages over a database that has been in use for a long time. */
export const operatorRow: Row = {
  name: 'operator',
  long: true,
  title: 'The operator’s pages over many uploads',
  run: (stage, { quick }) =>
    stage.ending(async () => {
      const uploads = quick ? 100_000 : 1_000_000;
      const mock = await stage.startMock();
      const env = await stage.serviceEnvironment(mock.url);
      const database = new pg.Client({ connectionString: env['DATABASE_URL'] });
      await database.connect();
      await fillAsInUse(database, uploads).finally(() => database.end());
      const service = await stage.startService({ ...env, OPERATOR_PORT: '0', OPERATOR_KEY: KEY });
      const [, base = ''] =
        /operator’s port is (http:\S+?)[\s"]/.exec(await readFile(service.log, 'utf8')) ?? [];
      const visit = await visitorOf(base);
      const list = await visit('uploads');
      const [, next = ''] = /href="\?(after=[^"]+)" rel="next"/.exec(list) ?? [];
      const [, id = ''] = /href="(?:\.\/)?uploads\/([0-9a-f-]{36})"/.exec(list) ?? [];
      const lines: Line[] = [];
      for (const [what, path] of Object.entries(PAGES)) {
        const address = path.replace('{next}', next.replaceAll('&amp;', '&')).replace('{id}', id);
        const times: number[] = [];
        for (let turn = 0; turn < VISITS; turn += 1) {
          const asked = performance.now();
          await visit(address);
          times.push(performance.now() - asked);
        }
        lines.push({
          what,
          figures: {
            'p50 ms': { value: median(times), target: { atMost: FAST.median } },
            'slowest ms': { value: Math.max(...times), target: { atMost: FAST.slowest } },
          },
        });
      }
      return lines;
    }),
};

/** Somebody who is logged in; returns the text of a page. */
async function visitorOf(base: string): Promise<(path: string) => Promise<string>> {
  const login = await fetch(`${base}/login`, {
    method: 'POST',
    body: new URLSearchParams({ key: KEY }),
    redirect: 'manual',
  });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  return async (path) => {
    const answer = await fetch(`${base}/${path}`, { headers: { cookie } });
    if (!answer.ok) throw new Error(`/${path} answers ${answer.status}`);
    return answer.text();
  };
}
