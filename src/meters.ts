import { Counter, Histogram, Registry } from 'prom-client';

/** Upper bounds of times, in seconds: control calls on the left, uploads on the right. */
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 240];

export type Meters = ReturnType<typeof createMeters>;

/**
 * What this process counts. Labels are patterns of paths, methods, statuses and codes of the catalogue: no id, name or token gets
 * into one.
 */
export function createMeters() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    requests: new Histogram({
      name: 'zenodo_service_request_seconds',
      help: 'Requests by route, method and status, and how long they took.',
      labelNames: ['route', 'method', 'status'],
      buckets: BUCKETS,
      registers,
    }),
    zenodoCalls: new Counter({
      name: 'zenodo_service_zenodo_calls_total',
      help: 'Calls to Zenodo by method, path and outcome: a status, `timeout`, `failed`, or `given_up` by this service.',
      labelNames: ['method', 'path', 'outcome'],
      registers,
    }),
    zenodoSeconds: new Histogram({
      name: 'zenodo_service_zenodo_call_seconds',
      help: 'How long calls to Zenodo took, whatever became of them.',
      labelNames: ['method', 'path'],
      buckets: BUCKETS,
      registers,
    }),
    received: new Counter({
      name: 'zenodo_service_received_bytes_total',
      help: 'Bytes of files that came from callers.',
      registers,
    }),
    sent: new Counter({
      name: 'zenodo_service_sent_bytes_total',
      help: 'Bytes of files handed to Zenodo, those of repeated attempts too.',
      registers,
    }),
    retries: new Counter({
      name: 'zenodo_service_transfer_retries_total',
      help: 'Transfers that were repeated, by the code of what had gone wrong.',
      labelNames: ['code'],
      registers,
    }),
    refreshes: new Counter({
      name: 'zenodo_service_refreshes_total',
      help: 'Renewals of token pairs: `renewed`, `refused` by Zenodo, `lost` with its answer, or `failed` and to be tried again.',
      labelNames: ['outcome'],
      registers,
    }),
  };
}
