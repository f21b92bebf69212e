import type { RecordContent } from '../store/model.js';
import { isObject, type Report } from './checks.js';
import { isFullDate } from './dates.js';

type Access = RecordContent['access'];

/**
 * Who may see a record and its files; what is missing or wrong becomes public and without an embargo
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/access.py`). `now` in milliseconds.
 */
export function checkAccess(value: unknown, now: number, report: Report): Access {
  const input = isObject(value) ? value : {};
  const protection = (name: 'record' | 'files'): 'public' | 'restricted' => {
    const level = input[name] ?? 'public';
    if (level === 'public' || level === 'restricted') return level;
    report(`access.${name}`, `'${name}' must be either 'public' or 'restricted'`);
    return 'public';
  };
  const record = protection('record');
  const files = protection('files');
  return { record, files, embargo: checkEmbargo(input['embargo'], now, report) };
}

/** Whether an embargo still holds at `now` (milliseconds). Zenodo lifts it in the night it ends. */
export function isEmbargoed({ embargo }: Access, now: number): boolean {
  return embargo.active && (embargo.until === undefined || Date.parse(embargo.until) > now);
}

/** What is public at `now`: the end of an embargo opens the files. */
export function accessAt(access: Access, now: number): Access {
  if (!access.embargo.active || isEmbargoed(access, now)) return access;
  return { record: 'public', files: 'public', embargo: { ...access.embargo, active: false } };
}

function checkEmbargo(value: unknown, now: number, report: Report): Access['embargo'] {
  if (!isObject(value) || value['active'] !== true) return { active: false };
  const { until, reason } = value;
  const valid = typeof until === 'string' && isFullDate(until);
  if (until !== undefined && until !== null && !valid) {
    report('access.embargo.until', 'Not a valid date.');
  } else if (!valid || Date.parse(until) < now) {
    report('access.embargo.until', 'Embargo end date must be set to a future date.');
  }
  return {
    active: true,
    ...(valid && { until }),
    ...(typeof reason === 'string' && { reason }),
  };
}
