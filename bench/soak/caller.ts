import { setTimeout as sleep } from 'node:timers/promises';
import { type FormData, request } from 'undici';
import { CALLBACK, consent } from '../../test/consent.js';
import { mayRepeat, type Tally } from './tally.js';

/** How often a call is repeated before the caller gives up. No sequence of faults is that long. */
const REPEATS = 40;

/** Longest pause between two attempts in milliseconds, whatever the service asks for. */
const LONGEST_REST = 5000;

export interface SoakAnswer {
  status: number;
  body: Record<string, unknown>;
  headers: Record<string, string | string[] | undefined>;
}

/** The content of a call. */
export interface Ask {
  json?: unknown;
  body?: FormData | Uint8Array | AsyncIterable<Uint8Array>;
  headers?: Record<string, string>;
}

/** Creates a body that can be read only once anew for every attempt. */
type Asking = Ask | (() => Ask);

export type SoakCaller = Awaited<ReturnType<typeof createCaller>>;

/**
 * An application that follows docs/errors.md: it repeats what may be repeated, and sends its user
 * to the consent page when told so.
 */
export async function createCaller(url: string, user: string, container: string, tally: Tally) {
  let token = '';

  const once = async (call: string, method: string, path: string, asking: Asking): Promise<SoakAnswer> => {
    const { json, body, headers = {} } = typeof asking === 'function' ? asking() : asking;
    const answer = await request(path.startsWith('http') ? path : `${url}${path}`, {
      method: method as 'GET',
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? (body as Uint8Array) : JSON.stringify(json),
    });
    const text = await answer.body.text();
    const read = {
      status: answer.statusCode,
      body: text === '' ? {} : JSON.parse(text),
      headers: answer.headers,
    };
    tally.answer(call, read);
    return read;
  };

  /**
   * Requests the consent page unless a response contained it, gives consent, and exchanges the
   * code.
   */
  const authorize = async (page?: unknown): Promise<void> => {
    for (let turn = 0; turn < REPEATS; turn += 1) {
      token = '';
      const json = { container_id: container, django_callback_url: CALLBACK };
      const begun =
        page ?? (await once('authorize', 'POST', '/oauth/authorize', { json })).body['zenodo_oauth_url'];
      page = undefined;
      const back = { ...(await consent(begun, { user })), django_callback_url: CALLBACK };
      const answer = await once('callback', 'POST', '/oauth/callback', { json: back });
      if (answer.status === 200) {
        token = String(answer.body['access_token']);
        return;
      }
      await rest(answer);
    }
    throw new Error('never authorized');
  };

  await authorize();
  return {
    authorize,
    /** Makes a call and repeats it as long as the documents say so. Returns the last response. */
    async ask(call: string, method: string, path: string, asking: Asking = {}): Promise<SoakAnswer> {
      for (let turn = 1; ; turn += 1) {
        const answer = await once(call, method, path, asking);
        if (answer.status < 300) return answer;
        if (answer.status === 401) await authorize(answer.body['zenodo_oauth_url']);
        else if (!mayRepeat(answer)) return answer;
        else await rest(answer);
        if (turn === REPEATS) {
          tally.fault(`${call} failed ${turn} times: ${JSON.stringify(answer.body)}`);
          return answer;
        }
      }
    },
    /** The same without repetition. */
    once,
    /**
     * Does what a response asks for before a call with state is repeated: authorizes again, or
     * waits.
     */
    heed: (answer: SoakAnswer) =>
      answer.status === 401 ? authorize(answer.body['zenodo_oauth_url']) : rest(answer),
    /** A HEAD, whose response has no body with a reason. Only failures of our own count. */
    async head(call: string, path: string, headers: Record<string, string>): Promise<SoakAnswer> {
      const authorization = `Bearer ${token}`;
      const { statusCode: status, headers: said } = await request(path, {
        method: 'HEAD',
        headers: { authorization, ...headers },
      });
      tally.count(`${call} ${status}`);
      if (status === 401) await authorize();
      else if (status !== 200) tally.fault(`${call} answers ${status}`);
      return { status, body: {}, headers: said };
    },
    /** Reads the events of an upload as long as it runs. */
    async watch(statusUrl: string): Promise<void> {
      const headers = { authorization: `Bearer ${token}` };
      const { statusCode, body } = await request(`${statusUrl}/events`, { headers });
      tally.count(`watched ${statusCode}`);
      if (statusCode !== 200) return body.dump();
      let events = 0;
      for await (const text of body.setEncoding('utf8')) {
        events += 1;
        if (!String(text).includes('"state":"running"')) break;
      }
      if (events === 0) tally.fault(`no event of ${statusUrl}`);
    },
    /** Exchanges an access token for a new one. */
    async renew(): Promise<void> {
      const answer = await once('refresh', 'POST', '/oauth/refresh', { json: { access_token: token } });
      if (answer.status === 200) token = String(answer.body['access_token']);
      else if (answer.status === 401) await authorize(answer.body['zenodo_oauth_url']);
    },
    async disconnect(): Promise<void> {
      await once('disconnect', 'POST', '/oauth/disconnect', { json: { access_token: token } });
      await authorize();
    },
  };
}

function rest({ body }: Pick<SoakAnswer, 'body'>): Promise<void> {
  const asked = Number(body['retry_after'] ?? 0.2) * 1000;
  return sleep(Math.min(asked, LONGEST_REST));
}
