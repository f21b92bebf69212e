import { identify } from './identifiers.js';
import { readDates } from './map-dates.js';
import { asList, entriesOf, Fields, type Given, type Mapper, type Setting } from './mapping.js';
import { filled, isObject, keyOf, textOf } from './values.js';
import { commonType, DATE_TYPES, RELATED_TYPES, RELATIONS, readResourceTypes } from './vocabularies.js';

/** Reads one entry of a list; null, with what is wrong or left out, if nothing comes of it. */
export type ReadEntry = (item: Given, into: Mapper) => Setting | null;

/** Entries of a list, one by one. */
export function mapList(given: Given, into: Mapper, read: ReadEntry): Setting[] {
  if (!Array.isArray(given.value)) return into.fault(given.path, 'must be a list') ?? [];
  return entriesOf(given).flatMap((item) => read(item, into) ?? []);
}

/** Identifiers with a relation. Those of the record itself go into another list. */
export function mapRelatedIdentifiers(given: Given, into: Mapper): void {
  const all = mapList(given, into, readRelated);
  const [own, others] = [true, false].map((isOwn) =>
    all.filter(({ value }) => Object.hasOwn(Object(value), 'relation_type') !== isOwn),
  );
  // Without a relation they belong to another list, which is emptied if there are none.
  if (!Object.hasOwn(into.mapping.set, 'metadata.identifiers'))
    into.setList('metadata.identifiers', [], given.path);
  into.append('metadata.identifiers', own ?? [], given.path);
  into.setList('metadata.related_identifiers', others ?? [], given.path);
}

/**
 * One identifier with its relation, or one of the record itself; null, with a fault, if it is
 * neither.
 */
export function readRelated(given: Given, into: Mapper): Setting | null {
  const { value, path } = given;
  if (!isObject(value)) return into.fault(path, 'must be an object with identifier and relation');
  const fields = new Fields(given, into);
  const text = fields.text('identifier');
  const relation = fields.text('relation');
  const isOwn = relation === null || keyOf(relation) === 'isalternateidentifier';
  // The record's own identifiers have no resource type.
  const type = isOwn ? null : fields.take('resourcetype');
  const scheme = fields.text('scheme');
  fields.nameRest();
  const found = text === null ? null : identify(text);
  if (scheme !== null && found !== null && scheme.toLowerCase() !== found.scheme)
    into.warn(fields.at('scheme'), `Zenodo sees a ${found.scheme} in it; the scheme was not sent.`);
  const lacksRelation = relation === null && !path.includes('alternate_identifiers');
  if (text === null) into.fault(`${path}.identifier`, 'must be a string');
  else if (found === null) into.fault(`${path}.identifier`, 'Zenodo does not recognise its scheme');
  if (lacksRelation) into.fault(`${path}.relation`, 'must be a string');
  if (found === null || lacksRelation) return null;
  if (isOwn) return { value: found, path };
  const id = keyOf(relation).replace('isorignialformof', 'isoriginalformof');
  if (!RELATIONS.includes(id)) return into.fault(`${path}.relation`, `Zenodo has no relation ${relation}`);
  const said = textOf(type?.value);
  const { types } = readResourceTypes(type?.value);
  const known = types.length > 0 ? commonType(types) : null;
  const typeId = said !== null && RELATED_TYPES.includes(said) ? said : known;
  if (type !== null && typeId === null)
    into.warn(type.path, `Zenodo has no resource type “${said}”, so it was left out.`);
  const resource = typeId === null ? {} : { resource_type: { id: typeId } };
  return { value: { ...found, relation_type: { id }, ...resource }, path };
}

/** A date with a DataCite type, and its ends. */
export function readDepositDate(given: Given, into: Mapper): Setting | null {
  const { value, path } = given;
  if (!isObject(value)) return into.fault(path, 'must be an object with type, and start or end');
  const type = textOf(value['type']);
  if (type === null) into.fault(`${path}.type`, 'is missing');
  else if (!DATE_TYPES.includes(type.toLowerCase()))
    into.fault(`${path}.type`, `must be one of ${DATE_TYPES.join(', ')}`);
  return readDates(given, into)[0] ?? null;
}

/** Places with a name, and a point if both coordinates are given. */
export function mapLocations(given: Given, into: Mapper): void {
  const { value, path, inner = {} } = asList(mapList(given, into, readLocation), given.path);
  const origins = Object.entries(inner).map(([key, at]) => [`features.${key}`, at]);
  into.set('metadata.locations', { value: { features: value }, path, inner: Object.fromEntries(origins) });
}

function readLocation(given: Given, into: Mapper): Setting | null {
  const { value, path } = given;
  if (!isObject(value)) return into.fault(path, 'must be an object');
  const fields = new Fields(given, into);
  const [place, description] = [fields.text('place'), fields.text('description')];
  const lat = readDegrees(fields.take('lat'), 90, into);
  const lon = readDegrees(fields.take('lon'), 180, into);
  fields.nameRest();
  if (place === null) return into.fault(`${path}.place`, 'is missing');
  if (lat === null || lon === null) return null;
  const hasPoint = lat !== undefined && lon !== undefined;
  if (!hasPoint && lat !== lon) into.warn(path, 'lat and lon are only sent together.');
  const geometry = hasPoint ? { type: 'Point', coordinates: [lon, lat] } : null;
  return { value: filled({ geometry, place, description }), path };
}

/**
 * A coordinate as a number; undefined if none is given; null, with a fault, if it is not a number.
 */
function readDegrees(given: Given | null, most: number, into: Mapper): number | undefined | null {
  if (given === null) return undefined;
  const degrees = Number(given.value);
  if (Number.isFinite(degrees) && Math.abs(degrees) <= most && typeof given.value !== 'boolean')
    return degrees;
  return into.fault(given.path, `must be a number between -${most} and ${most}`);
}
