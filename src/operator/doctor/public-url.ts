import { Agent } from 'undici';
import type { Config } from '../../config.js';
import { bad, type Finding, good } from './finding.js';
import { type Body, type Loop, type Lost, loop, wordsOf } from './loop.js';

/** More than proxies accept by default (nginx: 1 MB). Bytes. */
const BODY = 2_000_000;

/**
 * The pause between two halves of a body or response, which shows whether a proxy buffers them.
 * Milliseconds.
 */
const GAP = 2000;

/** In addition to the requested silence, in milliseconds. */
const TIME_OUT = 20_000;

const WHAT = 'PUBLIC_URL';

/**
 * Calls the running service at its public URL, and checks what proxies do to request and response.
 */
export async function checkPublicUrl(config: Config, wait: number): Promise<Finding[]> {
  if (config.publicUrl === undefined) return [good(WHAT, 'not set, which is fine in development')];
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
        ? good('request ids', 'passed on to the service and back')
        : bad(
            'request ids',
            'the response has a different X-Request-Id than the request',
            'Configure the proxy to pass on X-Request-Id.',
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
        'Start the service. Check the proxy in front of it, its certificate, and that its name resolves on this machine.',
      ),
    ];
  } finally {
    await agent.destroy();
  }
}

function reach({ publicUrl }: Config, { ours, status, code }: Loop): Finding | null {
  if (ours !== null) return null;
  const said = `the server at ${publicUrl} is not this service (status ${status})`;
  if (code === 'not_found')
    return bad(
      WHAT,
      'the response is from a different service',
      'It must run this release with the same TOKEN_KEYS. Restart it, or correct the target of the proxy.',
    );
  if (code === 'invalid_api_key')
    return bad(
      WHAT,
      'the service does not accept the first of API_KEYS',
      'It was started with other keys: restart it.',
    );
  if (status >= 502 && status <= 504)
    return bad(
      WHAT,
      `the proxy at ${publicUrl} does not reach the service (status ${status})`,
      'Check that the service runs, and the address to which the proxy forwards.',
    );
  return bad(WHAT, said, 'Check PUBLIC_URL, especially its path prefix, and the rule of the proxy for it.');
}

function judgeLarge(answer: Loop | Lost): Finding {
  const what = 'large bodies';
  const todo =
    'Remove the limit of the proxy (nginx: client_max_body_size 0). The service has its own limits and explains them in its errors.';
  if ('lost' in answer) return bad(what, `${BODY} bytes: ${answer.lost}`, todo);
  if (answer.ours?.bytes === BODY) return good(what, `${BODY} bytes arrive`);
  return bad(what, `${BODY} bytes are refused by a proxy (status ${answer.status})`, todo);
}

function judgeSlow(answer: Loop | Lost): Finding {
  const what = 'request buffering';
  const todo =
    'Turn off request buffering in the proxy (nginx: proxy_request_buffering off). Otherwise an upload takes twice the time.';
  if ('lost' in answer || answer.ours === null)
    return bad(what, 'a body in two pieces was not accepted', todo);
  if (answer.ours.spread >= GAP / 2) return good(what, 'off: bodies are forwarded while they arrive');
  return bad(what, 'the proxy holds bodies back until they are complete', todo);
}

function judgeStream(answer: Loop | Lost): Finding {
  const what = 'response buffering';
  const todo =
    'Turn off response buffering in the proxy (nginx: proxy_buffering off). Otherwise event streams show no progress.';
  if ('lost' in answer || answer.ours === null)
    return bad(what, 'a response in two pieces did not arrive', todo);
  // The first piece may arrive together with the headers.
  if (answer.took - (answer.arrivals[1] ?? answer.took) >= GAP / 4)
    return good(what, 'off: responses are forwarded while they arrive');
  return bad(what, 'the proxy holds responses back until they are complete', todo);
}

function judgeSilent(answer: Loop | Lost, wait: number): Finding {
  const what = 'time-outs';
  if (!('lost' in answer) && answer.ours !== null)
    return good(what, `a response that takes ${wait} s arrives`);
  const how = 'lost' in answer ? answer.lost : `status ${answer.status}`;
  return bad(
    what,
    `a response that takes ${wait} s is cut off after ${Math.round(answer.took / 1000)} s (${how})`,
    'Raise the time-outs of all proxies and load balancers above SYNC_WAIT_SECONDS (nginx: proxy_read_timeout 330s; load balancers: idle time-out).',
  );
}
