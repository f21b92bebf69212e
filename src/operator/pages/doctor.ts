import type { FastifyPluginAsync } from 'fastify';
import { HTML, type PagesContext } from '../context.js';
import { runChecks } from '../doctor/checks.js';
import type { Finding } from '../doctor/finding.js';
import { frameOf } from '../guard.js';
import { type Html, html } from '../html.js';
import { page } from '../layout.js';

/** How long one check may take, in milliseconds. */
const TIME_OUT = 20_000;

/** What `zenodo-service doctor` says, but for how long the way to the service bears silence. */
export function doctorPage({ app, sessions }: PagesContext): FastifyPluginAsync {
  let running: Promise<Finding[]> | null = null;
  /** Those who ask at the same time get the same answer. */
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
${wrong === 0 ? html`<p class="note good">All is well.</p>` : html`<p class="note bad" role="alert">${wrong === 1 ? 'One thing is' : `${wrong} things are`} not well.</p>`}
<div class="card">${findings.toSorted((a, b) => Number(a.well) - Number(b.well)).map(row)}</div>
<p class="soft">Looked at just now. <code>zenodo-service doctor</code> also tries for how long the way from PUBLIC_URL to the service bears silence.</p>`;
      return reply.type(HTML).send(page(frameOf(request, sessions), 'Doctor', 'doctor', body));
    });
  };
}

function row({ what, well, said, todo }: Finding): Html {
  return html`<div class="check${well ? '' : ' bad'}"><span class="mark" aria-label="${well ? 'well' : 'not well'}" role="img">${well ? '✓' : '✗'}</span>
<div><p><strong>${what}</strong>: ${said}</p>${todo === undefined ? null : html`<p class="soft">${todo}</p>`}</div></div>`;
}
