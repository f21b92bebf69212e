import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FieldError } from '../errors.js';
import { mayReadFiles } from '../files/access.js';
import { spacedJson } from '../json.js';
import { originOf } from '../origin.js';
import type { Deposition, RecordState } from '../store/model.js';
import { bibtex } from './exports/bibtex.js';
import { cff } from './exports/cff.js';
import { codemeta } from './exports/codemeta.js';
import { csl } from './exports/csl.js';
import { datacite } from './exports/datacite.js';
import { dataciteXml } from './exports/datacite-xml.js';
import { dcat } from './exports/dcat.js';
import { dublinCore } from './exports/dublin-core.js';
import { geoJson } from './exports/geojson.js';
import { linkset } from './exports/linkset.js';
import { marcXml } from './exports/marcxml.js';
import { schemaOrg } from './exports/schemaorg.js';
import { xmlDocument } from './exports/xml.js';
import { negotiate, type RecordFormat } from './media-type.js';
import { rdmBody, rdmRecord } from './rdm-record.js';
import { zenodoRecord } from './zenodo-record.js';

/**
 * A draft or record in a format, with the files that the reader may see: an object, or the text of
 * BibTeX or XML.
 */
export function showRecord(
  request: FastifyRequest,
  deposition: Deposition,
  state: RecordState,
  format: RecordFormat,
  errors?: FieldError[],
): Record<string, unknown> | string {
  const { mock } = request.server;
  if (format === 'bibtex') return bibtex(deposition.id, state);
  const readable =
    state === deposition.draft || mayReadFiles(mock, deposition, state, request.identity?.user);
  const origin = originOf(request);
  const body = () => rdmBody(origin, mock, deposition, state, readable);
  if (format === 'cff') return cff(body());
  if (format === 'codemeta') return codemeta(body());
  if (format === 'csl') return csl(body());
  if (format === 'datacite') return datacite(body());
  if (format === 'datacite-xml') return xmlDocument(dataciteXml(datacite(body())));
  if (format === 'dcat') return xmlDocument(dcat(body()));
  if (format === 'dublin-core') return xmlDocument(dublinCore(body()));
  if (format === 'geojson') return geoJson(body());
  if (format === 'linkset') return linkset(body());
  if (format === 'marcxml') return xmlDocument(marcXml(body()));
  if (format === 'schemaorg') return schemaOrg(body());
  if (format === 'rdm') return rdmRecord(origin, mock, deposition, state, readable, errors);
  return zenodoRecord(origin, mock, deposition, state, readable);
}

/**
 * Sends a draft or record in the format that the client asks for, with its revision as ETag.
 * `errors` belong to the response to a save.
 */
export function sendRecord(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  deposition: Deposition,
  state: RecordState,
  errors?: FieldError[],
): FastifyReply {
  const { format, contentType } = negotiate(request);
  const shown = showRecord(request, deposition, state, format, errors);
  return reply
    .code(status)
    .header('content-type', contentType)
    .header('etag', `"${state.revision}"`)
    .send(typeof shown === 'string' ? shown : spacedJson(shown));
}

/** A page of hits. */
interface Page {
  hits: [Deposition, RecordState][];
  total: number;
  /** Counts by facet. */
  aggregations: Record<string, unknown>;
  sort: string;
  links: Record<string, string>;
}

/** Formats that are not JSON. */
const TEXTS: ReadonlySet<RecordFormat> = new Set([
  'bibtex',
  'datacite-xml',
  'dcat',
  'dublin-core',
  'marcxml',
]);

/** Sends a page of hits in the format that the client asks for. Texts are joined. */
export function sendPage(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
  const { format, contentType } = negotiate(request);
  const hits = page.hits.map(([deposition, state]) => showRecord(request, deposition, state, format));
  reply.header('content-type', contentType);
  if (TEXTS.has(format)) return reply.send(hits.join('\n'));
  return reply.send(
    spacedJson({
      hits: { hits, total: page.total },
      aggregations: page.aggregations,
      ...(format === 'rdm' && { sortBy: page.sort }),
      links: page.links,
    }),
  );
}
