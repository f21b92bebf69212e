import { validationError } from '../errors.js';
import type { RecordContent } from '../store/model.js';
import { type Check, type Fields, isObject, object, type Report, text } from './checks.js';
import { isFullDate } from './dates.js';

type Access = RecordContent['access'];

/** Everything open: the default of a new draft. */
export const OPEN_ACCESS: Access = { record: 'public', files: 'public', embargo: { active: false } };

const protection = (name: string): Check =>
  text((value) =>
    value === 'public' || value === 'restricted'
      ? undefined
      : `'${name}' must be either 'public' or 'restricted'`,
  );

/** A field of an embargo. Null is the same as leaving it out. */
const nullable =
  (check: Check): Check =>
  (value, path, report) =>
    value === null ? undefined : check(value, path, report);

const flag: Check = (value, path, report) => {
  if ([true, 1, 'true', 'yes', 'on', 'y', 't', '1'].includes(lower(value))) return true;
  if ([false, 0, 'false', 'no', 'off', 'n', 'f', '0'].includes(lower(value))) return false;
  report(path, 'Not a valid boolean.');
  return undefined;
};

function lower(value: unknown): string | number | boolean {
  if (typeof value === 'string') return value.toLowerCase();
  return typeof value === 'number' || typeof value === 'boolean' ? value : '';
}

const date: Check = (value, path, report) => {
  if (typeof value === 'string' && isFullDate(value)) return value;
  report(path, 'Not a valid date.');
  return undefined;
};

function accessSchema(now: number): Check {
  return object(
    {
      record: protection('record'),
      files: protection('files'),
      embargo: object(
        { active: nullable(flag), until: nullable(date), reason: nullable(text()) },
        { rule: (value, path, report) => judgeEmbargo(value, now, path, report) },
      ),
      status: text(),
    },
    { required: ['record', 'files'] },
  );
}

/** Reports faults in the access to a record and its files. `now` is in milliseconds. */
export function checkAccess(value: unknown, now: number, report: Report): unknown {
  return accessSchema(now)(value, 'access', report);
}

/**
 * The access to a record and its files. What was sent replaces what there was; `previous` stays
 * only if nothing of it is usable
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/{schemas,components}/access.py`).
 * Throws 400 if half of it is missing, and for records that are not public, which Zenodo does not
 * have (`zenodo/zenodo-rdm:invenio.cfg`, RDM_ALLOW_RESTRICTED_RECORDS).
 */
export function acceptAccess(value: unknown, previous: Access, now: number, report: Report): Access {
  const kept = checkAccess(value, now, report);
  if (!isObject(kept) || Object.keys(kept).length === 0) return previous;
  const { record, files, embargo } = kept;
  const messages = [
    ...(record === previous.record ? [] : ["You don't have permissions to manage record access."]),
    ...(record === undefined ? ["'record'"] : []),
    ...(files === undefined ? ["'files'"] : []),
  ];
  if (messages.length > 0) throw validationError([{ field: 'access', messages }]);
  return {
    record: 'public',
    files: files === 'restricted' ? 'restricted' : 'public',
    embargo: embargoOf(isObject(embargo) ? embargo : {}, now),
  };
}

/**
 * Whether an embargo is in force at `now` (milliseconds). Zenodo lifts it in the night of its end.
 */
function isEmbargoed({ embargo }: Access, now: number): boolean {
  return embargo.active && (embargo.until === undefined || Date.parse(embargo.until) > now);
}

/** What is public of a published record at `now`. The end of an embargo opens its files. */
export function accessAt(access: Access, now: number): Access {
  if (!access.embargo.active || isEmbargoed(access, now)) return access;
  return { record: 'public', files: 'public', embargo: { ...access.embargo, active: false } };
}

function judgeEmbargo({ active, until }: Fields, now: number, path: string, report: Report): void {
  const future = typeof until === 'string' && Date.parse(until) > now;
  if (active === true && !future) report(`${path}.until`, 'Embargo end date must be set to a future date.');
  if (active === false && future) report(`${path}.until`, 'Embargo end date must be unset or in the past.');
}

/** Without `active`, an embargo is active if its end is in the future. */
function embargoOf({ active, until, reason }: Fields, now: number): Access['embargo'] {
  const end = typeof until === 'string' ? until : undefined;
  return {
    active: typeof active === 'boolean' ? active : end !== undefined && Date.parse(end) > now,
    ...(end !== undefined && { until: end }),
    ...(typeof reason === 'string' && { reason }),
  };
}
