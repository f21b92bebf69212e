import type { FastifyPluginAsync } from 'fastify';
import { html } from '../pages/html.js';
import { PAGE_HEADERS, page } from '../pages/page.js';
import { sendTo } from './redirect.js';
import { sessionCookie } from './session.js';

/** A login that only asks which account to use. Clients without cookies never need it. */
export const loginRoutes: FastifyPluginAsync = async (app) => {
  for (const path of ['/login', '/login/']) {
    app.get(path, async (_request, reply) => {
      const buttons = [...app.mock.store.users.values()].map(
        ({ username }) => html`<button name="username" value="${username}">${username}</button>\n`,
      );
      const body = html`<h1>Log in</h1>
<p>Choose the account to act as. There are no passwords here.</p>
<form method="post">
${buttons}</form>`;
      return reply.headers(PAGE_HEADERS).send(page('Log in', body));
    });

    app.post(path, async (request, reply) => {
      const username = request.body instanceof URLSearchParams ? request.body.get('username') : null;
      const next = new URL(request.url, 'http://localhost').searchParams.get('next') ?? '';
      reply.header('set-cookie', sessionCookie(username ?? ''));
      return sendTo(reply, localPath(next));
    });
  }

  app.get('/logout/', async (_request, reply) => {
    reply.header('set-cookie', sessionCookie(''));
    return sendTo(reply, '/login/');
  });
};

/** Only a path of this server, so that the login cannot redirect anyone elsewhere. */
function localPath(next: string): string {
  return /^\/(?![/\\])[!-~]*$/.test(next) ? next : '/login/';
}
