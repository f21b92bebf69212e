import { Counter, Histogram, Registry } from 'prom-client';

/** Upper bounds in seconds: short calls on the left, uploads on the right. */
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 240];

/**
 * Upper bounds for uploads in seconds, from the first byte until all of it is at Zenodo: up to the
 * day after which they fail.
 */
const UPLOAD_BUCKETS = [1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400];

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * The counters of this process. Labels are path patterns, methods, statuses and error codes, never
 * an id, name or token.
 */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    requests: new Histogram({
      name: 'zenodo_service_request_seconds',
      help: 'Duration of requests, by route, method and status.',
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
      help: 'Duration of calls to Zenodo, whatever their outcome.',
      labelNames: ['method', 'path'],
      buckets: BUCKETS,
      registers,
    }),
    received: new Counter({
      name: 'zenodo_service_received_bytes_total',
      help: 'Bytes of files received from callers.',
      registers,
    }),
    sent: new Counter({
      name: 'zenodo_service_sent_bytes_total',
      help: 'Bytes of files sent to Zenodo, including repeated attempts.',
      registers,
    }),
    uploads: new Counter({
      name: 'zenodo_service_uploads_total',
      help: 'Uploads that ended, by outcome (`done`, `failed`, `cancelled`, `abandoned` by a user whose files stopped coming by tus, or `refused` before they were taken) and error code, or `none`. An upload that fails again after a retry counts once.',
      labelNames: ['outcome', 'code'],
      registers,
    }),
    uploadSeconds: new Histogram({
      name: 'zenodo_service_upload_seconds',
      help: 'Duration of uploads from their first byte until everything was at Zenodo, by size.',
      labelNames: ['size'],
      buckets: UPLOAD_BUCKETS,
      registers,
    }),
    attempts: new Counter({
      name: 'zenodo_service_attempts_total',
      help: 'Attempts to send a file to Zenodo, by outcome (`stored`, `failed`) and error code, or `none`. One whose answer was lost has failed, and is also stored if the draft has the file.',
      labelNames: ['outcome', 'code'],
      registers,
    }),
    deliveries: new Counter({
      name: 'zenodo_service_webhook_deliveries_total',
      help: 'Deliveries of webhooks by outcome: `delivered`; `refused` with a status other than 2xx, `timeout` or `unreachable`, which are retried; `given_up`.',
      labelNames: ['outcome'],
      registers,
    }),
    tusFiles: new Counter({
      name: 'zenodo_service_tus_files_total',
      help: 'What happened to files sent by tus: `taken` (created), `broken_off` (a request was interrupted), `resumed`, `ended` (all bytes have arrived), `removed`.',
      labelNames: ['event'],
      registers,
    }),
    retries: new Counter({
      name: 'zenodo_service_transfer_retries_total',
      help: 'Retried transfers to Zenodo, by error code.',
      labelNames: ['code'],
      registers,
    }),
    refreshes: new Counter({
      name: 'zenodo_service_refreshes_total',
      help: 'Refreshes of token sets: `renewed`; `refused` by Zenodo; `lost`, because the response was lost; or `failed`, which is retried.',
      labelNames: ['outcome'],
      registers,
    }),
  };
}
