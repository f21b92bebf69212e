import type { RecordContent } from '../store/model.js';
import { isObject, type Report } from './checks.js';

type Pids = RecordContent['pids'];

const PROVIDERS = ['datacite', 'external', 'oai'];

/** The identifiers of a record itself, by kind; entries of the wrong shape are thrown away. */
export function checkPids(value: unknown, report: Report): Pids {
  if (!isObject(value)) return {};
  const pids: Pids = {};
  for (const [kind, pid] of Object.entries(value)) {
    if (!isObject(pid) || kind === '__proto__') {
      report(`pids.${kind}`, 'Invalid input type.');
      continue;
    }
    const { identifier, provider, client } = pid;
    if (typeof provider !== 'string' || !PROVIDERS.includes(provider)) {
      report(`pids.${kind}`, `Invalid value for scheme ${kind}`);
    } else if (typeof identifier !== 'string' || identifier === '') {
      if (provider === 'external') report(`pids.${kind}`, 'Missing DOI for required field.');
    } else {
      pids[kind] = { identifier, provider, ...(typeof client === 'string' && { client }) };
    }
  }
  return pids;
}
