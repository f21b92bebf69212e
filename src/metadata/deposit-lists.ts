import { identify } from './identifiers.js';
import { readDates } from './map-dates.js';
import {
  appendList,
  entriesOf,
  Fields,
  fault,
  type Given,
  type Mapping,
  type Setting,
  set,
  setList,
  warn,
} from './mapping.js';
import { isObject, keyOf, textOf } from './values.js';
import { commonType, DATE_TYPES, RELATED_TYPES, RELATIONS, readResourceTypes } from './vocabularies.js';

/** Entries of a list, one by one; null where one is left out. */
export function mapList(given: Given, mapping: Mapping, read: (item: Given) => Setting | null): Setting[] {
  if (!Array.isArray(given.value)) {
    fault(mapping, given.path, 'must be a list');
    return [];
  }
  return entriesOf(given).flatMap((item) => read(item) ?? []);
}

/** Identifiers with a relation; those of the record itself have a list of their own. */
export function mapRelatedIdentifiers(given: Given, mapping: Mapping): void {
  const all = mapList(given, mapping, (item) => readRelated(item, mapping));
  const isAlternate = ({ value }: Setting) => !Object.hasOwn(value as object, 'relation_type');
  // Those without a relation are a list of their own, which is emptied unless there are some.
  if (!Object.hasOwn(mapping.set, 'metadata.identifiers'))
    setList(mapping, 'metadata.identifiers', [], given.path);
  appendList(mapping, 'metadata.identifiers', all.filter(isAlternate), given.path);
  setList(
    mapping,
    'metadata.related_identifiers',
    all.filter((one) => !isAlternate(one)),
    given.path,
  );
}

/**
 * One identifier with its relation, or one of the record itself; null, with a fault, if it is
 * neither.
 */
export function readRelated({ value, path }: Given, mapping: Mapping): Setting | null {
  if (!isObject(value)) {
    fault(mapping, path, 'must be an object with identifier and relation');
    return null;
  }
  const fields = new Fields(value, path);
  const text = fields.text('identifier');
  const relation = fields.text('relation');
  const isOwn = relation === null || keyOf(relation) === 'isalternateidentifier';
  // The record's own identifiers have no type of their own.
  const type = isOwn ? null : fields.take('resourcetype');
  const scheme = fields.text('scheme');
  fields.nameRest(mapping);
  const found = text === null ? null : identify(text);
  if (scheme !== null && found !== null && scheme.toLowerCase() !== found.scheme)
    warn(mapping, fields.at('scheme'), `Zenodo sees a ${found.scheme} in it; the scheme was not sent.`);
  const isRelated = !path.includes('alternate_identifiers');
  if (text === null) fault(mapping, `${path}.identifier`, 'must be a string');
  else if (found === null) fault(mapping, `${path}.identifier`, 'Zenodo does not recognise its scheme');
  if (isRelated && relation === null) fault(mapping, `${path}.relation`, 'must be a string');
  if (found === null || (isRelated && relation === null)) return null;
  const id = keyOf(relation ?? '').replace('isorignialformof', 'isoriginalformof');
  if (isOwn) return { value: found, path };
  if (!RELATIONS.includes(id)) {
    fault(mapping, `${path}.relation`, `Zenodo has no relation ${relation}`);
    return null;
  }
  const types = readResourceTypes(type?.value).types;
  const said = textOf(type?.value);
  const typeId =
    said !== null && RELATED_TYPES.includes(said) ? said : types.length > 0 ? commonType(types) : null;
  if (type !== null && typeId === null)
    warn(mapping, type.path, `Zenodo has no resource type “${said}”, so it was left out.`);
  const more = typeId === null ? {} : { resource_type: { id: typeId } };
  return { value: { ...found, relation_type: { id }, ...more }, path };
}

/** A date with a type of DataCite’s, and its ends. */
export function readDepositDate(given: Given, mapping: Mapping): Setting | null {
  const { value, path } = given;
  if (!isObject(value)) {
    fault(mapping, path, 'must be an object with type, and start or end');
    return null;
  }
  const type = textOf(value['type']);
  if (type === null) fault(mapping, `${path}.type`, 'is missing');
  else if (!DATE_TYPES.includes(type.toLowerCase()))
    fault(mapping, `${path}.type`, `must be one of ${DATE_TYPES.join(', ')}`);
  return readDates(given, mapping)[0] ?? null;
}

/** Places with a name, and a point if both its degrees are given. */
export function mapLocations(given: Given, mapping: Mapping): void {
  const features = mapList(given, mapping, ({ value, path }) => {
    if (!isObject(value)) {
      fault(mapping, path, 'must be an object');
      return null;
    }
    const fields = new Fields(value, path);
    const [place, more] = [fields.text('place'), fields.text('description')];
    const [lat, lon] = [
      readDegrees(fields.take('lat'), 90, mapping),
      readDegrees(fields.take('lon'), 180, mapping),
    ];
    fields.nameRest(mapping);
    if (place === null) fault(mapping, `${path}.place`, 'is missing');
    if (lat === null || lon === null || place === null) return null;
    const hasPoint = lat !== undefined && lon !== undefined;
    if (!hasPoint && lat !== lon) warn(mapping, path, 'lat and lon are only sent together.');
    const geometry = hasPoint ? { geometry: { type: 'Point', coordinates: [lon, lat] } } : {};
    return { value: { ...geometry, place, ...(more === null ? {} : { description: more }) }, path };
  });
  const inner: Record<string, string> = {};
  features.forEach((feature, index) => {
    inner[`features.${index}`] = feature.path;
  });
  set(mapping, 'metadata.locations', {
    value: { features: features.map(({ value }) => value) },
    path: given.path,
    inner,
  });
}

/** Degrees as a number; undefined if none are given, null, with a fault, if they are none. */
function readDegrees(given: Given | null, most: number, mapping: Mapping): number | undefined | null {
  if (given === null) return undefined;
  const degrees = Number(given.value);
  if (Number.isFinite(degrees) && Math.abs(degrees) <= most && typeof given.value !== 'boolean')
    return degrees;
  fault(mapping, given.path, `must be a number between -${most} and ${most}`);
  return null;
}
