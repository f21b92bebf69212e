import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { type Html, html } from '../operator/html.js';
import { OPERATOR_STYLE } from '../operator/style.js';
import { publicUrl } from '../urls.js';
import { VERSION } from '../version.js';
import { canTry } from './try-page.js';

const NAME = 'Zenodo service';
const PURPOSE = 'Puts data on Zenodo for a research platform, on behalf of its users.';

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(OPERATOR_STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The names of the checks of /readyz on the page. */
const CHECKS: Record<string, string> = {
  database: 'Database',
  migrations: 'Tables',
  staging: 'Space for files',
  zenodo: 'Zenodo',
  uploads: 'Uploads',
};

/** Describes the service: a page for browsers, JSON for programs. */
export const rootRoute: FastifyPluginAsync = async (app) => {
  app.get<{ Querystring: Record<string, unknown> }>(
    '/',
    { schema: { hide: true } },
    async (request, reply) => {
      reply.header('vary', 'accept');
      if (!wantsPage(request)) {
        return {
          name: NAME,
          description: PURPOSE,
          version: VERSION,
          docs: publicUrl(request, '/docs'),
          openapi: publicUrl(request, '/openapi.yaml'),
          health: publicUrl(request, '/readyz'),
        };
      }
      const { ready, checks } = await health(app);
      reply.header('content-security-policy', POLICY).header('referrer-policy', 'no-referrer');
      return reply
        .type('text/html; charset=utf-8')
        .send(draw(publicUrl(request, ''), ready, checks, { tries: canTry(app), ...newsOf(app, request) }));
    },
  );
};

/**
 * Browsers name text/html before any other type. Programs do not name it, or accept any type.
 */
function wantsPage(request: FastifyRequest): boolean {
  const accepted = (request.headers.accept ?? '')
    .split(',')
    .map((type) => type.split(';')[0]?.trim().toLowerCase());
  const [page, json] = [accepted.indexOf('text/html'), accepted.indexOf('application/json')];
  return page !== -1 && (json === -1 || page < json);
}

/** The response of /readyz. */
async function health(app: FastifyInstance): Promise<{ ready: boolean; checks: Record<string, string> }> {
  const answer = await app.inject({ method: 'GET', url: '/readyz' });
  const { checks = {} } = answer.json<{ checks?: Record<string, string> }>();
  return { ready: answer.statusCode === 200, checks };
}

/** What the page shows in addition to its constant content. */
interface RootPage {
  /** Whether the page offers `/try`. */
  tries: boolean;
  /**
   * The body of the next call. In development, the examples of the reference send the user's
   * browser here.
   */
  back: string | null;
  /** The upload of a user who returned from the upload page. */
  uploadId: string | null;
}

function newsOf({ config }: FastifyInstance, { query }: { query: unknown }): Omit<RootPage, 'tries'> {
  const { code, state, upload_id: uploadId } = query as Record<string, unknown>;
  if (config.production) return { back: null, uploadId: null };
  const isConsent = typeof code === 'string' && typeof state === 'string';
  return {
    back: isConsent ? JSON.stringify({ code, state }, null, 2) : null,
    uploadId: typeof uploadId === 'string' ? uploadId : null,
  };
}

function draw(
  base: string,
  ready: boolean,
  checks: Record<string, string>,
  { tries, back, uploadId }: RootPage,
): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${NAME}</title>
<link rel="icon" href="data:,">
<style>${{ markup: OPERATOR_STYLE }}</style>
</head>
<body>
<header><div><span class="name">${NAME} <small>${VERSION}</small></span></div></header>
<main>
<h1>${PURPOSE}</h1>
${
  back === null
    ? null
    : html`<p class="note good">The user has decided at Zenodo. Send this to <code>POST /oauth/callback</code>, with the same <code>django_callback_url</code>:</p>
<pre class="card pad"><code>${back}</code></pre>`
}
${
  uploadId === null
    ? null
    : html`<p class="note good">The user has returned from the upload page. An application now calls <code>GET /uploads/${uploadId}</code> for the state of the upload.</p>`
}
<p>This is an API for applications. It handles everything with Zenodo: consent, tokens and their renewal, uploads that
survive failures, metadata and publication.</p>
<p class="actions">${tries ? html`<a class="button" href="${base}/try">Try the upload page</a> ` : null}<a class="button" href="${base}/docs">Interactive reference</a> <a class="button" href="${base}/openapi.yaml">Contract (OpenAPI)</a></p>
${tries ? html`<p>“Try the upload page” acts as an application: you give consent at the mock Zenodo, get a draft there, and send files to it.</p>` : null}
<h2>Health ${ready ? html`<span class="state good">ready</span>` : html`<span class="state bad">not ready</span>`}</h2>
<div class="card">${Object.entries(checks).map(check)}</div>
</main>
<footer>Programs get JSON here. “Health” shows what <a href="${base}/readyz">/readyz</a> returns.</footer>
</body>
</html>
`.markup;
}

function check([name, said]: [string, string]): Html {
  const well = said === 'ok';
  return html`<div class="check${well ? '' : ' bad'}"><span class="mark" aria-hidden="true">${well ? '✓' : '✗'}</span><p><strong>${CHECKS[name] ?? name}</strong>: ${said.replaceAll('_', ' ')}</p></div>`;
}
