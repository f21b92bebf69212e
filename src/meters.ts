import { Counter, Histogram, Registry } from 'prom-client';

/** Upper bounds of times, in seconds: control calls on the left, uploads on the right. */
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 240];

/**
 * How long uploads take, from their first byte until all of them is safe, in seconds: up to the day
 * after which they fail.
 */
const UPLOAD_BUCKETS = [1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400];

export type Meters = ReturnType<typeof createMeters>;

/**
 * What this process counts. Labels are patterns of paths, methods, statuses and codes of the
 * catalogue: no id, name or token gets into one.
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
    uploads: new Counter({
      name: 'zenodo_service_uploads_total',
      help: 'Uploads that ended, by outcome (`done`, `failed`, `cancelled`, `refused`) and code of the catalogue, or `none`.',
      labelNames: ['outcome', 'code'],
      registers,
    }),
    uploadSeconds: new Histogram({
      name: 'zenodo_service_upload_seconds',
      help: 'How long uploads took from their first byte until all of them was at Zenodo, by size.',
      labelNames: ['size'],
      buckets: UPLOAD_BUCKETS,
      registers,
    }),
    attempts: new Counter({
      name: 'zenodo_service_attempts_total',
      help: 'Attempts to send a file to Zenodo, by outcome (`stored`, `failed`) and code of the catalogue, or `none`.',
      labelNames: ['outcome', 'code'],
      registers,
    }),
    deliveries: new Counter({
      name: 'zenodo_service_webhook_deliveries_total',
      help: 'Deliveries of webhooks by outcome: `delivered`; `refused` with another status than 2xx, `timeout` or `unreachable`, to be tried again; `given_up`.',
      labelNames: ['outcome'],
      registers,
    }),
    tusFiles: new Counter({
      name: 'zenodo_service_tus_files_total',
      help: 'What happened to files that come by tus: `taken` (announced), `broken_off` with a request, `resumed`, `ended` (all bytes are here), `removed`.',
      labelNames: ['event'],
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
