import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { clientNetwork } from '../client-network.js';
import { createCounts } from '../plugins/failure-limits.js';
import { forbidden, HTML, type PagesContext } from './context.js';
import { COOKIE, frameOf, isOwnForm, sessionOf } from './guard.js';
import { html } from './html.js';
import { page } from './layout.js';

/** Failed logins that an address may make, and in how many milliseconds. */
const TRIES = 10;
const WINDOW = 60_000;

/** Login with OPERATOR_KEY, and logout. */
export function loginRoutes({ app, sessions, now }: PagesContext): FastifyPluginAsync {
  const wrong = createCounts(now, WINDOW);
  return async (server) => {
    server.get<{ Querystring: { next?: unknown } }>('/login', async (request, reply) => {
      if (sessionOf(request, sessions) !== null) return reply.redirect('./', 303);
      return reply.type(HTML).send(loginPage(request, request.query.next, null));
    });

    server.post<{ Body: { key?: unknown; next?: unknown } | null }>('/login', async (request, reply) => {
      if (!isOwnForm(request)) throw forbidden('This form was not sent from this page. Reload the page.');
      const { key, next } = request.body ?? {};
      const network = clientNetwork(request.ip);
      if (wrong.of(network) >= TRIES) {
        const { detail, members } = wrong.refusal(network, 'Too many wrong keys.');
        reply.code(429).header('retry-after', String(members.retry_after)).type(HTML);
        return reply.send(loginPage(request, next, detail));
      }
      if (typeof key !== 'string' || !sessions.isKey(key.trim())) {
        wrong.add(network);
        app.log.warn(
          { audit: 'operator_refused', request_id: request.id, address: request.ip },
          'a wrong operator key was entered',
        );
        const said = 'This key is wrong. Enter the value of OPERATOR_KEY.';
        return reply
          .code(401)
          .type(HTML)
          .send(loginPage(request, next, said));
      }
      app.log.info(
        { audit: 'operator_login', request_id: request.id, address: request.ip },
        'the operator logged in',
      );
      // Without a path, so that the browser sends it below the folder of this form, behind any
      // prefix.
      reply.setCookie(COOKIE, sessions.open(), { ...attributesFor(request), maxAge: sessions.seconds });
      return reply.redirect(`./${localPath(next)}`, 303);
    });

    server.post<{ Body: { form?: unknown } | null }>('/logout', async (request, reply) => {
      const session = sessionOf(request, sessions);
      if (session !== null) {
        if (!isOwnForm(request) || !sessions.isFormToken(session, String(request.body?.form)))
          throw forbidden('This form was not sent from this page. Reload the page and try again.');
        await sessions.end(session).catch((err: unknown) => {
          request.log.warn({ err }, 'other processes do not know yet that a login has ended');
        });
      }
      reply.clearCookie(COOKIE, attributesFor(request));
      return reply.redirect('./login', 303);
    });

    const loginPage = (request: FastifyRequest, next: unknown, fault: string | null): string => {
      const frame = { ...frameOf(request, sessions), formToken: null };
      const body = html`<div class="card pad login">
<h1>Operator’s page</h1>
<p class="soft">Enter the value of <code>OPERATOR_KEY</code>.</p>
${fault === null ? null : html`<p class="note bad" role="alert">${fault}</p>`}
<form method="post" action="${frame.root}login">
<input type="hidden" name="next" value="${localPath(next)}">
<label>Key <input type="password" name="key" autocomplete="current-password" required autofocus></label>
<button class="main">Log in</button>
</form></div>`;
      return page(frame, 'Log in', null, body);
    };
  };
}

/**
 * The cookie is for this site's own requests and not for scripts. If it was set over https, it is
 * only sent over https.
 */
function attributesFor(request: FastifyRequest) {
  const secure = request.protocol === 'https' || request.headers.origin?.startsWith('https:') === true;
  return { httpOnly: true, sameSite: 'strict', secure } as const;
}

/** Where to go after login: a path below this page, never another site. */
function localPath(next: unknown): string {
  if (typeof next !== 'string' || next.length > 2000) return '';
  return /^[a-z0-9][\w/.~-]*(\?[\w/.~%&=+:-]*)?$/i.test(next) && !next.includes('//') && !next.includes('..')
    ? next
    : '';
}
