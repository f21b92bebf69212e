import type { ConcurrentBody, PageLinkBody, PlanBody } from '../../schemas/upload-page.js';
import type { UploadBody } from '../../schemas/uploads.js';
import { learnTime } from './server-clock.js';

/** Timeout of a call in milliseconds. */
const TIME_OUT = 60_000;

/** After this many milliseconds without a response or progress, the page says so. */
export const SILENCE = 10_000;

/**
 * An error response. `status` is 0 if there was no response, `message` what the user is told.
 * `retryAfter`: seconds.
 */
export class Refusal extends Error {
  readonly retryAfter: number | null;
  readonly returnUrl: string | null;

  constructor(
    readonly status: number,
    readonly code: string,
    message = '',
    said: { retryAfter: number | null; returnUrl: string | null } = { retryAfter: null, returnUrl: null },
  ) {
    super(message);
    this.retryAfter = said.retryAfter;
    this.returnUrl = said.returnUrl;
  }
}

/** Parses a problem from the text of a response. */
export function refusalOf(status: number, text: string, retryAfter: string | null): Refusal {
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // The response is a proxy's own page.
  }
  const said = (name: string) => (typeof body[name] === 'string' ? (body[name] as string) : '');
  const seconds = Number(retryAfter ?? Number.NaN);
  return new Refusal(status, said('code'), said('user_message'), {
    retryAfter: Number.isFinite(seconds) ? seconds : null,
    returnUrl: said('return_url') || null,
  });
}

export type Calls = ReturnType<typeof createCalls>;

/** The calls of the page, with the link's secret. */
export function createCalls(base: string, secret: string, language: () => string) {
  async function call<T>(method: string, path: string, json?: unknown, timeOut = TIME_OUT): Promise<T> {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), timeOut);
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(`${base}${path}`, {
        method,
        signal: giveUp.signal,
        headers: {
          authorization: `Bearer ${secret}`,
          'accept-language': language(),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      learnTime(answer);
      text = await answer.text();
      // A gateway's page in the place of JSON, such as its login, is no answer either.
      if (answer.ok) return JSON.parse(text) as T;
    } catch {
      throw new Refusal(0, giveUp.signal.aborted ? 'silent' : 'no_answer');
    } finally {
      clearTimeout(timer);
    }
    throw refusalOf(answer.status, text, answer.headers.get('retry-after'));
  }

  return {
    link: () => call<PageLinkBody>('GET', '/upload-link'),
    plan: (uploadId: string, files: { path: string; size: number }[]) =>
      call<PlanBody>('POST', '/upload-link/plan', { files, upload_id: uploadId }),
    concurrent: (uploadId: string) =>
      call<ConcurrentBody>('GET', `/upload-link/concurrent?upload_id=${uploadId}`, undefined, SILENCE),
    takeOver: (id: string) => call<PageLinkBody>('POST', `/upload-link/uploads/${id}`),
    finish: () => call<{ return_url: string }>('POST', '/upload-link/finish', undefined, SILENCE),
    upload: (id: string) => call<UploadBody>('GET', `/uploads/${id}?parts=first`, undefined, SILENCE),
    cancel: (id: string) => call<UploadBody>('DELETE', `/uploads/${id}`),
    complete: (deposition: number, id: string) =>
      call<UploadBody>('POST', `/depositions/${deposition}/tus/${id}/complete`, {}),
  };
}

/** Repeats a call while only the network or a transient error prevents it. */
export async function persist<T>(
  work: () => Promise<T>,
  onWait: (refusal: Refusal) => void,
  mayRepeat: (refusal: Refusal) => boolean = isPassing,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal) || !mayRepeat(error)) throw error;
      onWait(error);
      const seconds = error.retryAfter ?? Math.min(15, 2 ** attempt);
      await pauseOnline(seconds * 1000);
    }
  }
}

/** Waits some milliseconds, or until the browser is online again. */
function pauseOnline(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      window.removeEventListener('online', over);
      resolve();
    };
    const timer = setTimeout(over, milliseconds);
    window.addEventListener('online', over);
  });
}

/** Waits for `work`, and calls `late` if it takes long. */
export async function saying<T>(late: () => void, work: Promise<T>): Promise<T> {
  const timer = setTimeout(late, SILENCE);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the same call may succeed later. */
export function isPassing({ status, code }: Refusal): boolean {
  return (
    status === 0 ||
    status >= 500 ||
    [408, 423, 429, 460].includes(status) ||
    code === 'upload_offset_mismatch'
  );
}
