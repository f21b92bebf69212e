import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { literal, rdfType, wordAddress } from './dcat-words.js';
import { objectAt, textAt } from './reading.js';
import { type Element, element } from './xml.js';

/** The reference system of all coordinates. */
const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84';

/** One of DataCite's places: any of a name, a point, a box and a polygon. */
export function spatial(place: Fields): Element[] {
  const name = textAt(place, 'geoLocationPlace');
  const content = [
    ...(name === undefined
      ? []
      : [rdfType('skos:Concept'), literal('skos:prefLabel', name), literal('locn:geographicName', name)]),
    ...centroid(objectAt(place, 'geoLocationPoint')),
    ...box(objectAt(place, 'geoLocationBox')),
    ...polygon(objectsAt(place, 'geoLocationPolygon').map((corner) => objectAt(corner, 'polygonPoint'))),
  ];
  return content.length === 0 ? [] : [element('dct:spatial', [element('dct:Location', content)])];
}

function centroid(point: Fields): Element[] {
  const [x, y] = [textAt(point, 'pointLongitude'), textAt(point, 'pointLatitude')];
  if (x === undefined || y === undefined) return [];
  return geometry('dcat:centroid', {
    wktLiteral: `POINT(${x} ${y})`,
    gmlLiteral: `<gml:Point srsName="${CRS84}"><gml:pos srsDimension="2">${x} ${y}</gml:pos></gml:Point>`,
    geoJSONLiteral: `{"type":"Point","coordinates":[${x},${y}]}`,
  });
}

function box(area: Fields): Element[] {
  const [west, east] = [textAt(area, 'westBoundLongitude'), textAt(area, 'eastBoundLongitude')];
  const [south, north] = [textAt(area, 'southBoundLatitude'), textAt(area, 'northBoundLatitude')];
  if (west === undefined) return [];
  const corners = [
    [west, north],
    [east, north],
    [east, south],
    [west, south],
    [west, north],
  ];
  return geometry('dcat:bbox', {
    wktLiteral: `POLYGON((${corners.map((corner) => corner.join(' ')).join(',')}))`,
    gmlLiteral: `<gml:Envelope srsName="${CRS84}"><gml:lowerCorner>${west} ${south}</gml:lowerCorner><gml:upperCorner>${east} ${north}</gml:upperCorner></gml:Envelope>`,
    geoJSONLiteral: `{"type":"Polygon","coordinates":[[${corners.map((corner) => `[${corner.join(',')}]`).join(',')}]]}`,
  });
}

/** Upstream's GeoJSON of a polygon is not valid: brackets and commas are in the wrong places. */
function polygon(corners: Fields[]): Element[] {
  if (corners.length === 0) return [];
  const pairs = corners.map(
    (corner) => `${textAt(corner, 'pointLongitude') ?? ''} ${textAt(corner, 'pointLatitude') ?? ''}`,
  );
  const json = pairs.map((pair, index) => `[${pair}${index < pairs.length - 1 ? ',' : ''}]`).join('');
  return geometry('locn:geometry', {
    wktLiteral: `POLYGON((${pairs.join(',')}))`,
    gmlLiteral: `<gml:Polygon srsName="${CRS84}"><gml:exterior><gml:LinearRing><gml:posList srsDimension="2">${pairs.join(' ')}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>`,
    geoJSONLiteral: `{"type":"Polygon","coordinates":[[[[${json}]]]]}`,
  });
}

/** A geometry in each of its three languages. */
function geometry(name: string, spellings: Record<string, string>): Element[] {
  return Object.entries(spellings).map(([language, text]) => ({
    ...element(name, text, { 'rdf:datatype': wordAddress(`gsp:${language}`) }),
    isCdata: true,
  }));
}
