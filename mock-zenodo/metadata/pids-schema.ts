import type { RecordContent } from '../store/model.js';
import { isObject, type Report } from './checks.js';
import { RECORD_SCHEMES } from './identifiers.js';

type Pids = RecordContent['pids'];

const PROVIDERS = ['datacite', 'external', 'oai'];

/**
 * The identifiers of a record itself, by kind; entries of the wrong shape are thrown away. An invalid DOI makes the whole input
 * void, so that what was there stays (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/__init__.py`).
 */
export function checkPids(value: unknown, previous: Pids, report: Report): Pids {
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
    } else if (kind === 'doi' && !RECORD_SCHEMES['doi']?.test(identifier)) {
      report('pids.doi', 'Invalid DOI identifier.');
      return previous;
    } else {
      pids[kind] = { identifier, provider, ...(typeof client === 'string' && { client }) };
    }
  }
  return pids;
}
