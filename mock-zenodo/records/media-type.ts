import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors.js';

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
  | 'datacite'
  | 'datacite-xml'
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
  ['application/marcxml+xml', 'marcxml'],
  ['application/vnd.inveniordm.v1+json', 'rdm'],
  ['application/vnd.citationstyles.csl+json', 'csl'],
  ['application/vnd.datacite.datacite+json', 'datacite'],
  ['application/vnd.geo+json', 'geojson'],
  ['application/vnd.datacite.datacite+xml', 'datacite-xml'],
  ['application/x-dc+xml', 'dublin-core'],
  ['application/x-bibtex', 'bibtex'],
  ['application/dcat+xml', 'dcat'],
  ['application/linkset+json', 'linkset'],
  ['application/vnd.zenodo.v1+json', 'zenodo'],
  ['application/x-datacite+xml', 'datacite-xml'],
  ['*/*', 'zenodo'],
]);

/** The requested media type, and its format. */
interface Negotiated {
  format: RecordFormat;
  contentType: string;
}

/**
 * The media type that the client prefers by `q`. Throws 406 if it accepts none of them. The default
 * is Zenodo's JSON, for drafts too (ttm/music#86).
 */
export function negotiate(request: FastifyRequest): Negotiated {
  const accept = request.headers.accept?.trim() || '*/*';
  const best = accept
    .split(',')
    .map((entry) => {
      const [type = '', ...parameters] = entry.split(';').map((part) => part.trim());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { type: type.toLowerCase(), quality: Number(quality ?? 1) };
    })
    .filter(({ type, quality }) => FORMATS.has(type) && quality > 0)
    .sort((a, b) => b.quality - a.quality)[0];
  const format = best && FORMATS.get(best.type);
  if (format !== undefined) {
    return { format, contentType: best?.type === '*/*' ? 'application/json' : (best?.type ?? '') };
  }
  const known = [...FORMATS.keys()].filter((type) => type !== '*/*').join(', ');
  throw new DomainError(406, `Invalid 'Accept' header. Expected one of: ${known}`);
}
