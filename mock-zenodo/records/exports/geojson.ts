import { type Fields, isObject } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { objectAt } from './reading.js';

/**
 * The places of a record, as `application/vnd.geo+json`
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/geojson/schema.py`).
 */
export function geoJson(record: Fields): Fields {
  const places = objectsAt(objectAt(record, 'metadata', 'locations'), 'features');
  const features = places.map(({ geometry, ...properties }) => {
    const { type, coordinates } = isObject(geometry) ? geometry : {};
    return { type: 'Feature', geometry: { type, coordinates }, properties };
  });
  return { features, type: 'FeatureCollection' };
}
