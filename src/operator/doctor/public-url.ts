import { Agent } from 'undici';
import type { Config } from '../../config.js';
import { bad, type Finding, good } from './finding.js';
import { type Body, type Loop, type Lost, loop, wordsOf } from './loop.js';

/** Larger than what proxies take unless told otherwise (nginx: 1 MB). Bytes. */
const BODY = 2_000_000;

/**
 * Between the two halves of a body, or of an answer, to see whether they are passed on as they
 * come. Milliseconds.
 */
const GAP = 2000;

/** Beyond the silence that was asked for, in milliseconds. */
const TIME_OUT = 20_000;

const WHAT = 'PUBLIC_URL';

/**
 * Calls the running service by its public address, and judges everything on the way there and back.
 */
export async function checkPublicUrl(config: Config, wait: number): Promise<Finding[]> {
  if (config.publicUrl === undefined) return [good(WHAT, 'not set, as it may be in development')];
  const agent = new Agent({ headersTimeout: wait * 1000 + TIME_OUT, bodyTimeout: wait * 1000 + TIME_OUT });
  const call = (query: string, body: Body) => loop(config, agent, query, body);
  const tried = async (query: string, body: Body): Promise<Loop | Lost> => {
    const since = performance.now();
    return call(query, body).catch((error: Error) => ({
      lost: wordsOf(error),
      took: performance.now() - since,
    }));
  };
  try {
    const first = await call('', { bytes: 1 });
    const failed = reach(config, first);
    if (failed !== null) return [failed];
    const [large, slow, stream, silent] = await Promise.all([
      tried('', { bytes: BODY }),
      tried('', { bytes: 20_000, gap: GAP }),
      tried(`?early=true&wait=${GAP / 1000}`, { bytes: 1 }),
      wait === 0 ? null : tried(`?wait=${wait}`, { bytes: 1 }),
    ]);
    return [
      good(
        WHAT,
        `${config.publicUrl} leads to this service, version ${first.ours?.version}, which sees this machine as ${first.ours?.address}`,
      ),
      first.keptId
        ? good('request ids', 'kept from the caller to the service and back')
        : bad(
            'request ids',
            'the answer has another X-Request-Id than the call',
            'Let the proxy pass X-Request-Id on.',
          ),
      judgeLarge(large),
      judgeSlow(slow),
      judgeStream(stream),
      ...(silent === null ? [] : [judgeSilent(silent, wait)]),
    ];
  } catch (error) {
    return [
      bad(
        WHAT,
        `${config.publicUrl}: ${wordsOf(error as Error)}`,
        'Start the service; check the proxy in front of it, its certificate, and that the name leads there from this machine, too.',
      ),
    ];
  } finally {
    await agent.destroy();
  }
}

function reach({ publicUrl }: Config, { ours, status, code }: Loop): Finding | null {
  if (ours !== null) return null;
  const said = `what answers at ${publicUrl} is not this service (status ${status})`;
  if (code === 'not_found')
    return bad(
      WHAT,
      'a service answers, but not this one',
      'It must run this release, with the same TOKEN_KEYS as here; restart it, or correct where the proxy leads.',
    );
  if (code === 'invalid_api_key')
    return bad(
      WHAT,
      'the service does not take the first of API_KEYS',
      'It was started with others: restart it.',
    );
  if (status >= 502 && status <= 504)
    return bad(
      WHAT,
      `the proxy at ${publicUrl} does not reach the service (status ${status})`,
      'Check that the service runs, and the address that the proxy passes calls on to.',
    );
  return bad(WHAT, said, 'Check PUBLIC_URL, its path prefix above all, and the proxy’s rule for it.');
}

function judgeLarge(answer: Loop | Lost): Finding {
  const what = 'large bodies';
  const todo =
    'Take the proxy’s limit away (nginx: client_max_body_size 0): the service has its own, and says so.';
  if ('lost' in answer) return bad(what, `${BODY} bytes: ${answer.lost}`, todo);
  if (answer.ours?.bytes === BODY) return good(what, `${BODY} bytes arrive`);
  return bad(what, `${BODY} bytes are refused on the way (status ${answer.status})`, todo);
}

function judgeSlow(answer: Loop | Lost): Finding {
  const what = 'bodies on their way';
  const todo =
    'Let the proxy pass them on as they come (nginx: proxy_request_buffering off): else an upload takes twice the time.';
  if ('lost' in answer || answer.ours === null)
    return bad(what, 'a body that came in two pieces was not taken', todo);
  if (answer.ours.spread >= GAP / 2) return good(what, 'passed on as they come');
  return bad(what, 'kept by the proxy until they are complete', todo);
}

function judgeStream(answer: Loop | Lost): Finding {
  const what = 'events';
  const todo =
    'Let the proxy pass answers on as they come (nginx: proxy_buffering off): else nobody sees progress.';
  if ('lost' in answer || answer.ours === null)
    return bad(what, 'an answer in two pieces did not come', todo);
  // The first one may travel with the headers; the second one not.
  if (answer.took - (answer.arrivals[1] ?? answer.took) >= GAP / 4)
    return good(what, 'passed on as they come');
  return bad(what, 'kept by the proxy until they are complete', todo);
}

function judgeSilent(answer: Loop | Lost, wait: number): Finding {
  const what = 'silence';
  if (!('lost' in answer) && answer.ours !== null)
    return good(what, `an answer that takes ${wait} s arrives`);
  const how = 'lost' in answer ? answer.lost : `status ${answer.status}`;
  return bad(
    what,
    `an answer that takes ${wait} s is cut off after ${Math.round(answer.took / 1000)} s (${how})`,
    'Raise the time-outs of everything on the way above SYNC_WAIT_SECONDS (nginx: proxy_read_timeout 330s; load balancers call it idle time-out).',
  );
}
