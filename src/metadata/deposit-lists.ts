import { Fields } from './fields.js';
import { identify, webAddress } from './identifiers.js';
import { readDates } from './map-dates.js';
import { asList, entriesOf, type Given, type Mapper, type Setting } from './mapping.js';
import { fromKind, parted } from './related.js';
import { commonType, readResourceTypes } from './resource-types.js';
import { filled, isObject, keyOf, textOf, wordOf } from './values.js';
import { DATE_TYPES, RELATED_TYPES, RELATIONS } from './vocabularies.js';

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
  const written = fields.text('identifier', 'relatedidentifier');
  const relation = wordOf(fields.take('relation', 'relationtype')?.value);
  const isOwn = relation === null || keyOf(relation) === 'isalternateidentifier';
  // The record's own identifiers have no resource type.
  const type = isOwn ? null : fields.take('resourcetype', 'resourcetypegeneral');
  const scheme = fields.text('scheme', 'relatedidentifiertype');
  fields.nameRest();
  const text = written === null || scheme?.toLowerCase() === 'handle' ? written : webAddress(written);
  if (text !== written) into.warn(`${path}.identifier`, `“${written}” was read as ${text}.`);
  const found = text === null ? null : (fromKind(keyOf(scheme ?? ''), text) ?? identify(text));
  if (scheme !== null && found !== null && scheme.toLowerCase() !== found.scheme)
    into.warn(fields.at('scheme'), `Zenodo sees a ${found.scheme} in it; the scheme was not sent.`);
  const lacksRelation = relation === null && !path.includes('alternate_identifiers');
  if (text === null) into.fault(`${path}.identifier`, 'must be a string');
  else if (found === null) into.fault(`${path}.identifier`, 'Zenodo does not recognise its scheme');
  else if (parted({ value: text, path }).length > 1)
    into.fault(`${path}.identifier`, 'must be one identifier: send an entry for each');
  if (lacksRelation) into.fault(`${path}.relation`, 'must be a string');
  if (found === null || lacksRelation) return null;
  if (isOwn) return { value: found, path };
  const id = keyOf(relation).replace('isorignialformof', 'isoriginalformof');
  if (!RELATIONS.includes(id)) return into.fault(`${path}.relation`, `Zenodo has no relation ${relation}`);
  const said = wordOf(type?.value);
  const { types } = readResourceTypes(said ?? type?.value);
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

/** Places of a container: with a name, a point or both, also in the names of DataCite. */
export function mapPlaces(given: Given, into: Mapper): void {
  setPlaces(
    given,
    entriesOf(given).flatMap((one) => readPlace(one, into) ?? []),
    into,
  );
}

/** Places of the deposit API, which all have a name. */
export function mapLocations(given: Given, into: Mapper): void {
  const read: ReadEntry = (one) => {
    if (!isObject(one.value)) return into.fault(one.path, 'must be an object');
    if (textOf(one.value['place']) === null) return into.fault(`${one.path}.place`, 'is missing');
    return readPlace(one, into);
  };
  setPlaces(given, mapList(given, into, read), into);
}

function setPlaces(given: Given, places: Setting[], into: Mapper): void {
  if (places.length === 0) return;
  const { value, path, inner = {} } = asList(places, given.path);
  const origins = Object.entries(inner).map(([key, at]) => [`features.${key}`, at]);
  into.set('metadata.locations', { value: { features: value }, path, inner: Object.fromEntries(origins) });
}

function readPlace(given: Given, into: Mapper): Setting | null {
  const { path } = given;
  const fields = new Fields(given, into);
  const [place, description] = [fields.text('place', 'geolocationplace'), fields.text('description')];
  const inside = fields.take('geolocationpoint');
  const point = inside === null ? fields : new Fields(inside, into);
  const lat = readDegrees(point.take('lat', 'pointlatitude', 'latitude'), 90, into);
  const lon = readDegrees(point.take('lon', 'pointlongitude', 'longitude', 'lng'), 180, into);
  for (const part of [point, fields]) part.nameRest();
  if (lat === null || lon === null) return null;
  const hasPoint = lat !== undefined && lon !== undefined;
  if (!hasPoint && lat !== lon) into.warn(path, 'lat and lon are only sent together.');
  const geometry = hasPoint ? { type: 'Point', coordinates: [lon, lat] } : null;
  if (geometry === null && place === null)
    return into.warn(path, 'has neither a name nor a point, so it was left out.');
  return { value: filled({ geometry, place, description }), path };
}

/**
 * A coordinate as a number; undefined if none is given; null, with a fault, if it is not a number.
 */
function readDegrees(given: Given | null, most: number, into: Mapper): number | undefined | null {
  if (given === null) return undefined;
  const degrees = Number(textOf(given.value) ?? Number.NaN);
  if (Number.isFinite(degrees) && Math.abs(degrees) <= most) return degrees;
  return into.fault(given.path, `must be a number between -${most} and ${most}`);
}
