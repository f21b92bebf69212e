import type { Fault } from '../../mock-zenodo/index.js';

const DEPOSITIONS = '/api/deposit/*';
const FILES = '/api/files/*';

/** What may happen to any call. The auditor's calls to `/api/records/…/files` are left alone. */
const ANY = { path: [DEPOSITIONS, FILES] };

/**
 * The permanent faults of Zenodo, and how often they happen: what its users reported, far more
 * often than in reality. A caller can overcome all of them by repeating, so whatever is lost or
 * untrue at the end is the fault of this service. `delete-403` is not among them, because it cannot
 * be told from a deposition of another user.
 */
export function badWeather(seed: string): Fault[] {
  const faults: Fault[] = [
    { name: 'connection-cut', probability: 0.04 },
    { name: 'upload-stored-answer-lost', probability: 0.04 },
    { name: 'upload-stalls', probability: 0.005 },
    { name: 'wrong-md5', probability: 0.02 },
    { name: 'publish-504-but-done', probability: 0.2 },
    { name: 'publish-500', probability: 0.1 },
    { name: 'newversion-504-but-done', probability: 0.2 },
    { name: 'invalid-grant', probability: 0.1 },
    { name: 'refresh-answer-lost', probability: 0.1 },
    { name: 'token-revoked', ...ANY, probability: 0.003 },
    { name: 'csrf-400', ...ANY, probability: 0.003 },
    {
      name: 'rate-limited',
      ...ANY,
      probability: 0.005,
      headers: { 'retry-after': '1', 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0' },
    },
    ...[500, 502, 503, 504].map((status) => ({ ...ANY, status, html: true, probability: 0.005 })),
    { ...ANY, status: 502, done: true, probability: 0.01 },
    { ...ANY, reset: 'response' as const, atBytes: 10, probability: 0.005 },
    { ...ANY, delay: 0.5, probability: 0.02 },
  ];
  return faults.map((fault, index) => ({ ...fault, times: null, seed: `${seed}-${index}` }));
}
