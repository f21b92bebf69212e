import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { preferredOf } from './datacite-people.js';
import { objectAt, present, textAt, unlessEmpty } from './reading.js';

/**
 * The schemes of a funder's identifiers, in the order of preference
 * (RDM_DATACITE_FUNDER_IDENTIFIERS_PRIORITY in `zenodo/zenodo-rdm:invenio.cfg`).
 */
const FUNDER_SCHEMES = ['doi', 'ror', 'grid', 'isni', 'gnd'];

const FUNDER_TYPES: Record<string, string> = {
  isni: 'ISNI',
  gnd: 'GND',
  grid: 'GRID',
  ror: 'ROR',
  doi: 'Crossref Funder ID',
};

/** Licences, access to the record, and a copyright notice. */
export function rightsList(record: Fields, metadata: Fields): Fields[] | undefined {
  const copyright = textAt(metadata, 'copyright');
  return unlessEmpty([
    ...objectsAt(metadata, 'rights').map((right) => {
      const id = textAt(right, 'id');
      return present({
        rights: textAt(right, 'title', 'en') ?? null,
        ...(id !== undefined && {
          rightsIdentifier: id,
          rightsIdentifierScheme: textAt(right, 'props', 'scheme') ?? null,
        }),
        rightsUri: textAt(right, 'props', 'url') ?? textAt(right, 'link'),
      });
    }),
    { rightsUri: accessRight(record) },
    ...(copyright === undefined
      ? []
      : [{ rights: copyright, rightsUri: 'http://rightsstatements.org/vocab/InC/1.0/' }]),
  ]);
}

/** The access to the record, in OpenAIRE's words. */
export function accessRight(record: Fields): string {
  const status = textAt(record, 'access', 'status') ?? '';
  return `info:eu-repo/semantics/${status === 'metadata-only' ? 'closed' : status}Access`;
}

/** The funders, with the award's title, number and address. */
export function fundingReferences(metadata: Fields): Fields[] | undefined {
  return unlessEmpty(
    objectsAt(metadata, 'funding').map((one) => {
      const award = objectAt(one, 'award');
      return present({
        ...funder(objectAt(one, 'funder')),
        awardTitle: textAt(award, 'title', 'en'),
        awardNumber: textAt(award, 'number'),
        awardURI: preferredOf(['doi', 'url'], objectsAt(award, 'identifiers'))?.['identifier'],
      });
    }),
  );
}

function funder(one: Fields): Fields {
  const identifiers = objectsAt(one, 'identifiers');
  const ror = /^0\w{6}\d{2}$/i.exec(textAt(one, 'id') ?? '')?.[0];
  if (ror !== undefined) identifiers.push({ identifier: ror, scheme: 'ror' });
  const chosen = preferredOf(FUNDER_SCHEMES, identifiers) ?? identifiers[0];
  return present({
    funderName: textAt(one, 'name'),
    ...(chosen !== undefined && {
      funderIdentifier: chosen['identifier'],
      funderIdentifierType: FUNDER_TYPES[String(chosen['scheme'])] ?? 'Other',
    }),
  });
}

/** Places of the data: names, points, boxes and polygons. */
export function geoLocations(metadata: Fields): Fields[] | undefined {
  return unlessEmpty(
    objectsAt(objectAt(metadata, 'locations'), 'features').map((feature) => {
      const { type, coordinates } = objectAt(feature, 'geometry');
      return present({
        geoLocationPlace: textAt(feature, 'place'),
        ...(type === 'Point' && { geoLocationPoint: point(coordinates) }),
        ...(type === 'Polygon' && area(pairs(pairs(coordinates)[0]))),
      });
    }),
  );
}

/**
 * Four corners with two longitudes and two latitudes are a box, even if the first one is repeated.
 */
function area(corners: unknown[]): Fields {
  const longitudes = sorted(corners.map((corner) => Number(pairs(corner)[0])));
  const latitudes = sorted(corners.map((corner) => Number(pairs(corner)[1])));
  const box = [4, 5].includes(corners.length) && longitudes.length === 2 && latitudes.length === 2;
  if (!box) return { geoLocationPolygon: corners.map((corner) => ({ polygonPoint: point(corner) })) };
  return {
    geoLocationBox: {
      westBoundLongitude: String(longitudes[0]),
      eastBoundLongitude: String(longitudes[1]),
      southBoundLatitude: String(latitudes[0]),
      northBoundLatitude: String(latitudes[1]),
    },
  };
}

function point(coordinates: unknown): Fields {
  const [longitude, latitude] = pairs(coordinates);
  return { pointLongitude: String(longitude), pointLatitude: String(latitude) };
}

function pairs(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function sorted(numbers: number[]): number[] {
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}
