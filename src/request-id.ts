import { AsyncLocalStorage } from 'node:async_hooks';

const ids = new AsyncLocalStorage<string>();

/** Runs `work`, and all that follows from it, under a request id: log lines and calls to Zenodo carry it. */
export function underRequestId<T>(id: string, work: () => T): T {
  return ids.run(id, work);
}

/** The id of the call that what runs now follows from; undefined for what the service does by itself. */
export function currentRequestId(): string | undefined {
  return ids.getStore();
}
