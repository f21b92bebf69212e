import type { FastifyRequest } from 'fastify';
import { acceptedType } from '../accept.js';

/**
 * The format of a record: Zenodo's own JSON unless the client asks for another one. All but the
 * first two are exports.
 */
export type RecordFormat =
  | 'zenodo'
  | 'rdm'
  | 'bibtex'
  | 'cff'
  | 'codemeta'
  | 'csl'
  | 'csv'
  | 'csv-simple'
  | 'datacite'
  | 'datacite-xml'
  | 'datapackage'
  | 'dcat'
  | 'dublin-core'
  | 'geojson'
  | 'linkset'
  | 'marcxml'
  | 'schemaorg';

/**
 * In the order of `zenodo/zenodo-rdm:site/zenodo_rdm/resources.py` and of the list that it extends,
 * `inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/config.py`.
 */
const FORMATS = new Map<string, RecordFormat>([
  ['application/json', 'zenodo'],
  ['application/ld+json', 'schemaorg'],
  ['application/vnd.inveniordm.v1.full+csv', 'csv'],
  ['application/vnd.inveniordm.v1.simple+csv', 'csv-simple'],
  ['application/marcxml+xml', 'marcxml'],
  ['application/vnd.inveniordm.v1+json', 'rdm'],
  ['application/vnd.citationstyles.csl+json', 'csl'],
  ['application/vnd.datacite.datacite+json', 'datacite'],
  ['application/vnd.geo+json', 'geojson'],
  ['application/vnd.datacite.datacite+xml', 'datacite-xml'],
  // No client gets this one: an Accept header is compared with a blank before its parameter.
  ['application/ld+json;profile="https://datapackage.org/profiles/2.0/datapackage.json"', 'datapackage'],
  ['application/x-dc+xml', 'dublin-core'],
  ['application/x-bibtex', 'bibtex'],
  ['application/dcat+xml', 'dcat'],
  ['application/linkset+json', 'linkset'],
  ['application/vnd.zenodo.v1+json', 'zenodo'],
  ['application/x-datacite+xml', 'datacite-xml'],
]);

const TYPES = [...FORMATS.keys()];

interface Negotiated {
  format: RecordFormat;
  contentType: string;
}

/** The requested media type, and its format. Throws 406 if the client accepts none of them. */
export function negotiate(request: FastifyRequest): Negotiated {
  const contentType = acceptedType(request.headers.accept, TYPES);
  return { contentType, format: FORMATS.get(contentType) ?? 'zenodo' };
}
