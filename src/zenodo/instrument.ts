import { Problem } from '../errors.js';
import { patternOf } from './paths.js';
import { TokenFailure } from './token-failure.js';

/**
 * One call to Zenodo that is over. `path` is a pattern; `outcome` a status, or a word where there
 * was none.
 */
export interface EndedCall {
  method: string;
  path: string;
  outcome: string;
  seconds: number;
}

/** Who wants to know of every call to Zenodo, and what for. */
export interface CallObserver {
  /**
   * Goes along as X-Request-Id: Zenodo keeps it beside its own log lines
   * (inveniosoftware/invenio-app:invenio_app/ext.py).
   */
  requestId(): string | undefined;
  ended(call: EndedCall): void;
}

/** Makes a call under the observer's eyes; `statusOf` reads the status of what it resolves with. */
export async function watched<T>(
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

/** `given_up`: for a reason of ours, such as a caller who went away. */
function outcomeOf(thrown: unknown): string {
  const error = thrown instanceof TokenFailure ? thrown.problem : thrown;
  const { name, code } = error as { name?: string; code?: string };
  if (error instanceof Problem && error.members.zenodo) return String(error.members.zenodo.status);
  if (name === 'TimeoutError' || /_TIMEOUT$|^ETIMEDOUT$|^zenodo_timeout$/.test(code ?? '')) return 'timeout';
  const ours = error instanceof Problem && !code?.startsWith('zenodo_');
  return ours || name === 'AbortError' ? 'given_up' : 'failed';
}
