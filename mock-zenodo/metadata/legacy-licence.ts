import { internalError } from '../errors.js';
import { type Fields, isObject, type Report } from './checks.js';
import { pythonRepr } from './python-repr.js';
import { licenceId, titleOfOldLicence } from './vocabularies/licences.js';

const PATH = 'metadata.license';

/**
 * The licence of a legacy record as RDM rights: what was sent, or else CC0 for data sets and CC BY
 * 4.0 for everything else, if the files are or will be open. An empty or null `access_right` is an
 * exception. Reports an unknown licence
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`).
 */
export function legacyRights(metadata: Fields, report: Report): Fields {
  if (Object.hasOwn(metadata, 'license')) {
    const right = sentLicence(metadata['license'], report);
    return right === undefined ? {} : { rights: [right] };
  }
  const access = Object.hasOwn(metadata, 'access_right') ? metadata['access_right'] : 'open';
  const byDefault = Object.keys(metadata).length > 0 && (access === 'open' || access === 'embargoed');
  if (!byDefault) return {};
  return { rights: [{ id: metadata['upload_type'] === 'dataset' ? 'cc0-1.0' : 'cc-by-4.0' }] };
}

function sentLicence(value: unknown, report: Report): Fields | undefined {
  if (value === null) {
    report(PATH, 'Field may not be null.');
    return undefined;
  }
  const name = isObject(value) ? idOf(value, report) : value;
  if (isObject(value) && name === undefined) return undefined;
  if (typeof name !== 'string') {
    report(
      PATH,
      `Invalid license value provided (expected string, or object with 'id' key): ${pythonRepr(name)}`,
    );
    return undefined;
  }
  const id = licenceId(name);
  if (id !== undefined) return { id };
  const title = titleOfOldLicence(name);
  if (title !== undefined) return { title: { en: title } };
  report(PATH, `Invalid license provided: ${name}`);
  return undefined;
}

function idOf(value: Fields, report: Report): unknown {
  if (Object.hasOwn(value, 'id')) return value['id'] ?? null;
  if (Object.keys(value).length > 0) throw internalError();
  report(PATH, `Invalid license object provided (missing 'id' key): ${pythonRepr(value)}`);
  return undefined;
}
