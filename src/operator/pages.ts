import cookie from '@fastify/cookie';
import type {
  FastifyError,
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
} from 'fastify';
import fp from 'fastify-plugin';
import { DatabaseSilent, databaseAway, isDatabaseUnavailable } from '../database/failures.js';
import { kindOf, Problem } from '../errors.js';
import { every } from '../periodic.js';
import { allowedMethods } from '../plugins/allowed-methods.js';
import { within } from '../time.js';
import { createChangeReport } from '../uploads/rows/state-changes.js';
import { createActions } from './actions.js';
import { forbidden, HTML, PageFault, type PagesContext } from './context.js';
import { frameOf, isOwnForm, secureHeaders, sessionOf } from './guard.js';
import { html } from './html.js';
import { page } from './layout.js';
import { loginRoutes } from './login.js';
import { connectionPages } from './pages/connections.js';
import { doctorPage } from './pages/doctor.js';
import { draftPages } from './pages/drafts.js';
import { nowPage } from './pages/now.js';
import { uploadPage } from './pages/upload.js';
import { uploadPages } from './pages/uploads.js';
import { webhookPages } from './pages/webhooks.js';
import { createEndedSessions, createSessions } from './sessions.js';
import { OPERATOR_STYLE, STYLE_NAME } from './style.js';

/** Milliseconds after which a session that another process has ended is refused. */
const LOAD = 5000;

/** The operator's pages, behind a login by `key`. */
export function operatorPages(app: FastifyInstance, key: string): FastifyPluginAsync {
  const { dependencies } = app;
  const now = () => dependencies.now();
  const ended = createEndedSessions(app.database, now);
  const sessions = createSessions(key, now, (size) => dependencies.randomBytes(size), ended);
  const actions = createActions(app.database, app.log, createChangeReport(app.log, app.metrics));
  const context: PagesContext = { app, sessions, actions, now };
  return fp(async (server) => {
    app.cleanup.add('operator-sessions', async () => ({ sessions: await ended.forgetOld() }));
    const loads = every(app.log, LOAD, 'reading which logins have ended', () => sessions.load());
    server.addHook('onReady', async () => {
      // A silent database must not keep the process from starting.
      await within(app.timings.readiness, loads.run(), () => new DatabaseSilent()).catch(() => undefined);
    });
    server.addHook('onClose', () => loads.stop());
    server.removeAllContentTypeParsers();
    await server.register(cookie);
    server.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      async (_request: unknown, body: string) => Object.fromEntries(new URLSearchParams(body)),
    );
    server.addHook('onRequest', async (request, reply) => {
      reply.header('x-request-id', request.id);
      if (request.routeOptions.url !== '/metrics') secureHeaders(reply);
    });
    server.setErrorHandler<FastifyError>((error, request, reply) => {
      // Fastify checks the body before it finds that the page does not exist.
      if (request.is404) return answerNoPage(request, reply);
      const { status, title, detail } = explain(error);
      if (status >= 500)
        app.log.error({ request_id: request.id, err: error }, 'a page of the operator failed');
      const body = html`<h1>${title}</h1><p class="note bad" role="alert">${detail}</p>
<p class="soft">Request ${request.id}</p>`;
      return reply
        .code(status)
        .type(HTML)
        .send(page(frameOf(request, sessions), title, null, body));
    });
    const answerNoPage = (request: FastifyRequest, reply: FastifyReply) => {
      const allowed = allowedMethods(server, request, reply);
      const [status, title, said] =
        allowed.length === 0
          ? [404, 'Not found', 'This page does not exist. Use the menu.']
          : [405, 'Not allowed', `This address supports ${allowed.join(', ')}, and not ${request.method}.`];
      const body = html`<h1>${title}</h1><p>${said}</p>`;
      return reply
        .code(status)
        .type(HTML)
        .send(page(frameOf(request, sessions), title, null, body));
    };
    server.setNotFoundHandler(answerNoPage);
    server.get(`/${STYLE_NAME}`, async (_request, reply) =>
      reply
        .header('cache-control', 'max-age=31536000, immutable')
        .type('text/css; charset=utf-8')
        .send(OPERATOR_STYLE),
    );
    await server.register(loginRoutes(context));
    await server.register(async (guarded) => {
      guarded.addHook('preHandler', async (request, reply) => {
        const session = sessionOf(request, sessions);
        const { root } = frameOf(request, sessions);
        if (session === null) {
          if (!reads(request)) throw forbidden('Log in again, then repeat the action.');
          const path = request.url.replace(/^\/+/, '');
          return reply.redirect(`${root}login${path === '' ? '' : `?next=${encodeURIComponent(path)}`}`, 303);
        }
        if (reads(request)) return;
        const { form = '' } = (request.body ?? {}) as { form?: unknown };
        if (!isOwnForm(request) || !sessions.isFormToken(session, String(form)))
          throw forbidden('This form was not sent from this page. Reload the page and try again.');
      });
      // These work without a database.
      for (const pages of [nowPage, doctorPage]) await guarded.register(pages(context));
      await guarded.register(async (standing) => {
        // A silent database would otherwise delay each query of a page.
        standing.addHook('preHandler', async () => {
          const answer = app.database.$queryRaw`SELECT 1`;
          await within(app.timings.readiness, answer, () => new DatabaseSilent());
        });
        for (const pages of STANDING) await standing.register(pages(context));
      });
    });
  });
}

/** Pages that need the database. */
const STANDING = [uploadPages, uploadPage, connectionPages, draftPages, webhookPages];

function explain(error: FastifyError): { status: number; title: string; detail: string } {
  if (error instanceof PageFault) return { status: error.status, title: error.title, detail: error.message };
  const fault = isDatabaseUnavailable(error) ? databaseAway(error) : error;
  if (fault instanceof Problem)
    return { status: fault.status, title: kindOf(fault).title, detail: fault.detail };
  if (error.statusCode !== undefined && error.statusCode < 500)
    return { status: error.statusCode, title: 'Bad request', detail: 'The form cannot be read.' };
  const detail = 'Something failed in this service. Find the cause in the log with the request id below.';
  return { status: 500, title: 'This page failed', detail };
}

function reads({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}
