import { Problem } from '../errors.js';
import { patternOf } from './paths.js';
import { TokenFailure } from './token-failure.js';

/**
 * A finished call to Zenodo. `path` is a pattern; `outcome` is a status, or a word if there was no
 * answer.
 */
export interface EndedCall {
  method: string;
  path: string;
  outcome: string;
  seconds: number;
}

/** Observes every call to Zenodo. */
export interface CallObserver {
  /**
   * Sent as X-Request-Id, which Zenodo writes into its own log
   * (inveniosoftware/invenio-app:invenio_app/ext.py).
   */
  requestId(): string | undefined;
  ended(call: EndedCall): void;
}

/** Makes a call and reports it to the observer. `statusOf` reads the status from its result. */
export async function observed<T>(
  observer: CallObserver,
  { method, path }: { method: string; path: string },
  call: () => Promise<T>,
  statusOf: (answer: T) => number,
): Promise<T> {
  const began = performance.now();
  const end = (outcome: string) => {
    const seconds = (performance.now() - began) / 1000;
    observer.ended({ method, path: patternOf(path), outcome, seconds });
  };
  try {
    const answer = await call();
    end(String(statusOf(answer)));
    return answer;
  } catch (error) {
    end(outcomeOf(error));
    throw error;
  }
}

/** `given_up`: aborted by this service, for example because a caller hung up. */
function outcomeOf(thrown: unknown): string {
  const error = thrown instanceof TokenFailure ? thrown.problem : thrown;
  const { name, code } = error as { name?: string; code?: string };
  if (error instanceof Problem && error.members.zenodo) return String(error.members.zenodo.status);
  if (name === 'TimeoutError' || /_TIMEOUT$|^ETIMEDOUT$|^zenodo_timeout$/.test(code ?? '')) return 'timeout';
  const ours = error instanceof Problem && !code?.startsWith('zenodo_');
  return ours || name === 'AbortError' ? 'given_up' : 'failed';
}
