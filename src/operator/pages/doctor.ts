import type { FastifyPluginAsync } from 'fastify';
import { HTML, type PagesContext } from '../context.js';
import { runChecks } from '../doctor/checks.js';
import type { Finding } from '../doctor/finding.js';
import { frameOf } from '../guard.js';
import { type Html, html } from '../html.js';
import { page } from '../layout.js';

/** How long one check may take, in milliseconds. */
const TIME_OUT = 20_000;

/** The findings of `zenodo-service doctor`, without the check of proxies' timeouts. */
export function doctorPage({ app, sessions }: PagesContext): FastifyPluginAsync {
  let running: Promise<Finding[]> | null = null;
  /** Concurrent requests share one run. */
  const look = (): Promise<Finding[]> => {
    running ??= runChecks(app.config, TIME_OUT).finally(() => {
      running = null;
    });
    return running;
  };

  return async (server) => {
    server.get('/doctor', async (request, reply) => {
      const findings = await look();
      const wrong = findings.filter(({ well }) => !well).length;
      const body = html`<h1>Doctor</h1>
${wrong === 0 ? html`<p class="note good">All checks passed.</p>` : html`<p class="note bad" role="alert">${wrong === 1 ? '1 check' : `${wrong} checks`} failed.</p>`}
<div class="card">${findings.toSorted((a, b) => Number(a.well) - Number(b.well)).map(row)}</div>
<p class="soft">Checked just now. <code>zenodo-service doctor</code> also checks whether proxies between PUBLIC_URL and the service cut off slow responses.</p>`;
      return reply.type(HTML).send(page(frameOf(request, sessions), 'Doctor', 'doctor', body));
    });
  };
}

function row({ what, well, said, todo }: Finding): Html {
  return html`<div class="check${well ? '' : ' bad'}"><span class="mark" aria-label="${well ? 'passed' : 'failed'}" role="img">${well ? '✓' : '✗'}</span>
<div><p><strong>${what}</strong>: ${said}</p>${todo === undefined ? null : html`<p class="soft">${todo}</p>`}</div></div>`;
}
