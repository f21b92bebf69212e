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
import { csv, simpleCsv } from './exports/csv.js';
import { datacite } from './exports/datacite.js';
import { dataciteXml } from './exports/datacite-xml.js';
import { datapackage } from './exports/datapackage.js';
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
  const readable = maySeeFiles(request, deposition, state);
  const origin = originOf(request);
  const body = () => bodyOf(request, deposition, state);
  if (format === 'cff') return cff(body());
  if (format === 'codemeta') return codemeta(body());
  if (format === 'csl') return csl(body());
  if (format === 'csv') return csv([body()]);
  if (format === 'csv-simple') return simpleCsv([body()]);
  if (format === 'datacite') return datacite(body());
  if (format === 'datacite-xml') return xmlDocument(dataciteXml(datacite(body())));
  if (format === 'datapackage') return datapackage(body());
  if (format === 'dcat') return xmlDocument(dcat(body()));
  if (format === 'dublin-core') return xmlDocument(dublinCore(body()));
  if (format === 'geojson') return geoJson(body());
  if (format === 'linkset') return linkset(body());
  if (format === 'marcxml') return xmlDocument(marcXml(body()));
  if (format === 'schemaorg') return schemaOrg(body());
  if (format === 'rdm') return rdmRecord(origin, mock, deposition, state, readable, errors);
  return zenodoRecord(origin, mock, deposition, state, readable);
}

function bodyOf(request: FastifyRequest, deposition: Deposition, state: RecordState) {
  const readable = maySeeFiles(request, deposition, state);
  return rdmBody(originOf(request), request.server.mock, deposition, state, readable);
}

function maySeeFiles(request: FastifyRequest, deposition: Deposition, state: RecordState): boolean {
  const { mock } = request.server;
  return state === deposition.draft || mayReadFiles(mock, deposition, state, request.identity?.user);
}

/** Formats that come without an ETag. */
const WITHOUT_ETAG: ReadonlySet<RecordFormat> = new Set(['csv', 'csv-simple', 'linkset', 'schemaorg']);

/**
 * Sends a draft or record in the format that the client asks for, most with its revision as ETag.
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
  if (!WITHOUT_ETAG.has(format)) reply.header('etag', `"${state.revision}"`);
  return reply
    .code(status)
    .header('content-type', contentType)
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

/** Records with their published state, for a page. */
export function published(records: Deposition[]): Page['hits'] {
  return records.flatMap((deposition): Page['hits'] =>
    deposition.record === null ? [] : [[deposition, deposition.record]],
  );
}

/** Formats that are not JSON. */
const TEXTS: ReadonlySet<RecordFormat> = new Set([
  'bibtex',
  'datacite-xml',
  'dcat',
  'dublin-core',
  'marcxml',
]);

/**
 * Sends a page of hits in the format that the client asks for. Texts are joined; in CSV each hit
 * is a row.
 */
export function sendPage(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
  const { format, contentType } = negotiate(request);
  reply.header('content-type', contentType);
  if (format === 'csv' || format === 'csv-simple') {
    const bodies = page.hits.map(([deposition, state]) => bodyOf(request, deposition, state));
    return reply.send(format === 'csv' ? csv(bodies) : simpleCsv(bodies));
  }
  const hits = page.hits.map(([deposition, state]) => showRecord(request, deposition, state, format));
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
