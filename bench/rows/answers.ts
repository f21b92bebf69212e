import { authorize } from '../../test/consent.js';
import { type Loaded, load } from '../http-load.js';
import { TOKEN } from '../mock.js';
import type { Line, Row } from '../row.js';
import { sendLater } from '../sending.js';
import type { Stage } from '../stage.js';
import { raw } from '../ways.js';

const UPLOADS = 32;

/** Number of callers of each kind, and their pause between two calls in milliseconds. */
const CALLERS = 10;
const PAUSE = 50;

/** Bytes per second that Zenodo accepts for each upload. Together they fill a gigabit line. */
const RATE = 3_500_000;

/**
 * Bytes of each upload of a fast caller: enough that they arrive during the whole run, much faster
 * than they are sent on.
 */
const FAST = 150_000_000;

const ALL_AT_ONCE = { MAX_TRANSFERS: String(UPLOADS), MAX_TRANSFERS_PER_USER: String(UPLOADS) };

/** How long others wait for a response while many uploads run. */
export const answersRow: Row = {
  name: 'answers',
  title: `Calls while ${UPLOADS} uploads run, Zenodo takes ${(UPLOADS * RATE) / 1_000_000} MB/s of all together`,
  async run(stage, { quick }) {
    const seconds = quick ? 3 : 15;
    return [
      ...(await measure(stage, {
        who: 'callers give as much',
        seconds,
        bytes: RATE * (seconds + 5),
        rate: RATE,
      })),
      ...(await measure(stage, { who: 'callers give what this machine can take', seconds, bytes: FAST })),
    ];
  },
};

async function measure(
  stage: Stage,
  { who, seconds, bytes, rate }: { who: string; seconds: number; bytes: number; rate?: number },
): Promise<Line[]> {
  return stage.ending(async () => {
    const mock = await stage.startMock();
    const env = await stage.serviceEnvironment(mock.url);
    const service = await stage.startService({ ...env, ...ALL_AT_ONCE });
    const granted = await authorize(service.url);
    const statusUrl = await sendLater(service.url, (await mock.newDraft()).id, 1000);
    await mock.throttle(RATE * UPLOADS);
    const drafts = await Promise.all(Array.from({ length: UPLOADS }, () => mock.newDraft()));
    let over = 0;
    for (const draft of drafts) {
      // Uploads that are still running at the end are stopped with the service.
      raw
        .send(service.url, draft, bytes, rate)
        .catch(() => undefined)
        .finally(() => (over += 1));
    }
    await new Promise((done) => setTimeout(done, 1000));
    const often = { url: service.url, method: 'GET' as const, callers: CALLERS, pause: PAUSE };
    const signal = AbortSignal.timeout(seconds * 1000);
    const token = String(granted.body['access_token']);
    const [status, verify, straight] = await Promise.all([
      load({ ...often, path: new URL(statusUrl).pathname, token: TOKEN, signal }),
      load({ ...often, path: `/depositions/${granted.body['deposition_id']}/verify`, token, signal }),
      // The call that verify makes to Zenodo. If the mock were at its limit, this would show it.
      load({
        ...often,
        url: mock.url,
        path: `/api/deposit/depositions/${drafts[0]?.id}`,
        token: TOKEN,
        signal,
      }),
    ]);
    if (over > 0) throw new Error(`${over} uploads were over before the calls were`);
    return [
      line(`GET /uploads/{id}, ${who}`, status, { straight, atMost: 2.5 }),
      line(`GET /depositions/{id}/verify, ${who}`, verify, { straight, atMost: 4 }),
      line(`the draft straight from the mock, ${who}`, straight),
    ];
  });
}

/** `against` has the calls that Zenodo answers alone, and how much slower these may be. */
function line(
  what: string,
  { steady, first, answers, errors }: Loaded,
  against?: { straight: Loaded; atMost: number },
): Line {
  return {
    what,
    figures: {
      answers: { value: answers, digits: 0 },
      'p99 ms': { value: steady, digits: 0 },
      ...(against === undefined
        ? {}
        : {
            '× the mock alone': {
              value: steady / against.straight.steady,
              target: { atMost: against.atMost },
            },
          }),
      'slowest of the first 500 ms': { value: first, digits: 0 },
      errors: { value: errors, digits: 0, target: { atMost: 0 } },
    },
  };
}
