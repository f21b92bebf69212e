import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { findDeposition, findDraft, findRecord } from '../deposit/lookup.js';
import { DomainError, permissionDenied } from '../errors.js';
import { mayReadFiles, requireReadable } from '../files/access.js';
import { sendFile } from '../files/download.js';
import { sendTo } from '../oauth/redirect.js';
import { cookieUser, loginLocation } from '../oauth/session.js';
import { originOf } from '../origin.js';
import { findFile } from '../records/record-file-routes.js';
import { recordLinks } from '../records/record-links.js';
import { newestOfConcept } from '../records/record-routes.js';
import { publishedVersions } from '../records/versions.js';
import type { Deposition, RecordState } from '../store/model.js';
import { citationOf } from './citation.js';
import { doiRoutes } from './doi-routes.js';
import { exportRoutes } from './export-routes.js';
import { type Html, html } from './html.js';
import { PAGE_HEADERS } from './page.js';
import { problemPage } from './problem-page.js';
import { recordPage } from './record-page.js';
import { contentLinks, landingLinks, pathOfKey } from './signposting.js';

type ById = FastifyRequest<{ Params: { id: string }; Querystring: Record<string, string> }>;
type ByKey = FastifyRequest<{ Params: { id: string; '*': string }; Querystring: Record<string, string> }>;

/**
 * The pages of records and drafts that people and download tools follow. A visitor who did not log
 * in at `/login/` is a guest
 * (`inveniosoftware/invenio-app-rdm:invenio_app_rdm/records_ui/views/records.py`).
 */
export const sitePages: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof DomainError)) throw error;
    if (error.status === 403 && cookieUser(request) === null) return sendTo(reply, loginLocation(request));
    const body = problemPage(error.status, error.message, loginLocation(request));
    return reply.code(error.status).headers(PAGE_HEADERS).send(body);
  });

  app.get('/records/:id', async (request: ById, reply) => {
    const newest = newestOfConcept(mock, request.params.id);
    if (newest !== undefined) return sendTo(reply, `/records/${newest.id}`);
    if (wantsDraft(mock, request)) return sendDraft(request, reply);
    const { deposition, record } = findRecord(mock, request.params.id);
    const user = cookieUser(request) ?? undefined;
    requireReadable(mock, deposition, record, user);
    const open = mayReadFiles(mock, deposition, record, user);
    const citation = citationOf(mock, deposition, record);
    reply.header('link', landingLinks(originOf(request), citation, open ? record.files : []));
    const standing = html`Record ${deposition.id} of concept ${deposition.conceptId}`;
    return send(request, reply, deposition, record, standing, open);
  });

  app.get('/records/:id/latest', async (request: ById, reply) => {
    const { deposition } = findRecord(mock, request.params.id);
    const newest = publishedVersions(mock, deposition.conceptId).at(-1) ?? deposition;
    return sendTo(reply, `/records/${newest.id}`);
  });

  app.get('/records/:id/files/*', async (request: ByKey, reply) => {
    const { id, '*': key } = request.params;
    const keep = Boolean(request.query['download']);
    if (wantsDraft(mock, request)) {
      const { deposition, draft } = findDraft(mock, id, cookieUser(request) ?? undefined);
      return sendFile(request, reply, findFile(deposition, draft, key), keep);
    }
    const { deposition, record } = findRecord(mock, id);
    if (!mayReadFiles(mock, deposition, record, cookieUser(request) ?? undefined)) throw permissionDenied();
    const file = findFile(deposition, record, key);
    reply.header('link', contentLinks(originOf(request), deposition.id));
    return sendFile(request, reply, file, keep);
  });

  app.get('/uploads/:id', async (request: ById, reply) => {
    if (cookieUser(request) === null) throw permissionDenied();
    const { id, draft } = findDeposition(mock, request.params.id);
    return draft === null ? sendTo(reply, `/records/${id}`) : sendDraft(request, reply);
  });

  await app.register(doiRoutes);
  await app.register(exportRoutes);

  function sendDraft(request: ById, reply: FastifyReply): FastifyReply {
    const user = cookieUser(request) ?? undefined;
    const { deposition, draft } = findDraft(mock, request.params.id, user);
    const kind =
      deposition.record !== null
        ? 'Open edit of record'
        : deposition.versionIndex > 1
          ? 'Draft of a new version,'
          : 'Draft';
    const standing = html`${kind} ${deposition.id}, seen by ${user?.username}. <a href="${loginLocation(request)}">Use another account</a>`;
    return send(request, reply, deposition, draft, standing, true);
  }

  function send(
    request: FastifyRequest,
    reply: FastifyReply,
    deposition: Deposition,
    state: RecordState,
    standing: Html,
    open: boolean,
  ): FastifyReply {
    const query = state === deposition.draft ? '?preview=1&download=1' : '?download=1';
    const shown = {
      deposition,
      state,
      standing,
      citation: citationOf(mock, deposition, state),
      versions: publishedVersions(mock, deposition.conceptId),
      links: recordLinks(originOf(request), mock, deposition, state),
      fileAddress: open ? (key: string) => `/records/${deposition.id}/files/${pathOfKey(key)}${query}` : null,
    };
    return reply.headers(PAGE_HEADERS).send(recordPage(shown));
  }
};

/** Whether the requested page is the preview of a draft, and there is a draft. */
function wantsDraft(mock: MockContext, { params, query }: ById): boolean {
  return query['preview'] === '1' && findDeposition(mock, params.id).draft !== null;
}
