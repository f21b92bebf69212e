import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { findRecord } from '../deposit/lookup.js';
import { HtmlError } from '../errors.js';
import { requireReadable } from '../files/access.js';
import { indentedJson, spacedJson } from '../json.js';
import { cookieUser } from '../oauth/session.js';
import { showRecord } from '../records/answer.js';
import type { RecordFormat } from '../records/media-type.js';

/**
 * The formats that the page of a record offers for download
 * (`inveniosoftware/invenio-app-rdm:invenio_app_rdm/config.py`, `zenodo/zenodo-rdm:invenio.cfg`).
 */
const EXPORTERS = new Map<string, { format: RecordFormat; type: string; extension: string }>([
  ['json', { format: 'rdm', type: 'application/json', extension: 'json' }],
  ['json-ld', { format: 'schemaorg', type: 'application/ld+json', extension: 'json' }],
  ['csl', { format: 'csl', type: 'application/vnd.citationstyles.csl+json', extension: 'json' }],
  [
    'datacite-json',
    { format: 'datacite', type: 'application/vnd.datacite.datacite+json', extension: 'json' },
  ],
  [
    'datacite-xml',
    { format: 'datacite-xml', type: 'application/vnd.datacite.datacite+xml', extension: 'xml' },
  ],
  ['dublincore', { format: 'dublin-core', type: 'application/x-dc+xml', extension: 'xml' }],
  ['marcxml', { format: 'marcxml', type: 'application/marcxml+xml', extension: 'xml' }],
  ['bibtex', { format: 'bibtex', type: 'application/x-bibtex', extension: 'bib' }],
  ['geojson', { format: 'geojson', type: 'application/vnd.geo+json', extension: 'geojson' }],
  ['dcat-ap', { format: 'dcat', type: 'application/dcat+xml', extension: 'xml' }],
  ['codemeta', { format: 'codemeta', type: 'application/ld+json', extension: 'json' }],
  ['datapackage', { format: 'datapackage', type: 'application/ld+json', extension: 'json' }],
  ['cff', { format: 'cff', type: 'application/x-yaml', extension: 'yaml' }],
]);

/**
 * Exports as files, without an Accept header
 * (`inveniosoftware/invenio-app-rdm:invenio_app_rdm/records_ui/views/records.py`).
 */
export const exportRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;

  app.get(
    '/records/:id/export/:format',
    async (request: FastifyRequest<{ Params: { id: string; format: string } }>, reply) => {
      const { id, format } = request.params;
      const { deposition, record } = findRecord(mock, id);
      requireReadable(mock, deposition, record, cookieUser(request) ?? undefined);
      const exporter = EXPORTERS.get(format);
      if (exporter === undefined) throw new HtmlError(404, '404 Not Found');
      const shown = showRecord(request, deposition, record, exporter.format);
      return reply
        .header('content-type', exporter.type)
        .header('content-disposition', `attachment; filename=${deposition.id}.${exporter.extension}`)
        .send(
          typeof shown === 'string'
            ? shown
            : exporter.type === 'application/ld+json'
              ? spacedJson(shown)
              : indentedJson(shown),
        );
    },
  );
};

/** The formats by the last segment of their addresses. */
export const EXPORT_FORMATS: readonly string[] = [...EXPORTERS.keys()];
