import type { FastifyPluginAsync } from 'fastify';
import { createActions } from '../actions.js';
import { HTML, PageFault, type PagesContext } from '../context.js';
import { frameOf } from '../guard.js';
import { type Html, html } from '../html.js';
import { hidden, page, table, time } from '../layout.js';
import { isUuid, readSearch } from '../search.js';
import { stateTag } from '../states.js';
import { DELIVERIES, listWebhooks, type WebhookLine } from '../webhooks.js';
import { containerLink, depositionLink, firsts, olderLink, options, uploadLink } from './links.js';
import { actorOf } from './story.js';

interface Route {
  Params: { id: string };
  Querystring: Record<string, unknown>;
}

/** Lists webhooks that were delivered or not, and sends one again. */
export function webhookPages({ app, sessions, now }: PagesContext): FastifyPluginAsync {
  const actions = createActions(app.database, app.log);
  const find = async (id: string): Promise<WebhookLine> => {
    const { rows } = await listWebhooks(app.database, { text: isUuid(id) ? id : 'none' });
    const found = rows.find((row) => row.id === id);
    if (found === undefined)
      throw new PageFault(404, 'No such webhook', 'It was never sent, or it is older than 30 days.');
    return found;
  };

  return async (server) => {
    server.get<Route>('/webhooks', async (request, reply) => {
      const query = firsts(request.query);
      const { value, fault } = readSearch({ text: query['text'] }, now());
      const delivery = DELIVERIES.find((name) => name === query['state']);
      const after = query['after'] ?? null;
      const found =
        fault === null ? await listWebhooks(app.database, { text: value.text, delivery }, { after }) : null;
      const list =
        found === null
          ? html`<p class="note bad" role="alert">${fault}</p>`
          : table(
              'Webhooks',
              [
                'Delivery',
                'Event',
                'Upload',
                'Container',
                'Deposition',
                { numbers: 'Attempts' },
                'Happened',
                'Action',
              ],
              found.rows.map(row),
              'No webhook.',
              olderLink(query, found.next),
            );
      const where =
        app.config.webhook === undefined
          ? html`<p class="note wait">No webhooks are sent: <code>WEBHOOK_URL</code> is not set.</p>`
          : null;
      const body = html`<h1>Webhooks</h1>${where}
<form class="card search" role="search" action="webhooks">
<label>Container, deposition, Zenodo user, upload or webhook id <input type="search" name="text" value="${query['text']}" autocomplete="off"></label>
<label>Delivery <select name="state">${options(['', ...DELIVERIES], query['state'])}</select></label>
<button class="main">Search</button></form>${list}`;
      reply.code(fault === null ? 200 : 400).type(HTML);
      return reply.send(page(frameOf(request, sessions), 'Webhooks', 'webhooks', body));
    });

    server.get<Route>('/webhooks/:id/send', async (request, reply) => {
      const webhook = await find(request.params.id);
      const frame = frameOf(request, sessions);
      const body = html`<h1>Send this webhook again?</h1>
<div class="card pad"><dl class="facts"><dt>Event</dt><dd><code>${webhook.type}</code></dd><dt>Delivery</dt><dd>${delivered(webhook)}</dd>
<dt>Webhook</dt><dd><code>${webhook.id}</code></dd></dl></div>
<p>The application receives the same id and the same content as before, so it can recognise a webhook that it has already seen.</p>
<form method="post" action="send" class="actions">${hidden(frame.formToken)}
<button class="main">Send again</button> <a class="button" href="../../webhooks">Back</a></form>`;
      return reply.type(HTML).send(page(frame, 'Send again', 'webhooks', body));
    });

    server.post<Route>('/webhooks/:id/send', async (request, reply) => {
      const { id } = await find(request.params.id);
      const { done, said } = await actions.sendAgain(id, actorOf(request));
      if (!done) throw new PageFault(409, 'Nothing was done', said);
      return reply.redirect(`../../webhooks?text=${id}`, 303);
    });
  };

  function row(one: WebhookLine): Html {
    return html`<tr><td class="wide">${delivered(one)}</td><td><code>${one.type}</code></td>
<td data-name="upload">${one.upload_id === null ? null : uploadLink('./', one.upload_id)}</td>
<td data-name="container">${containerLink('./', one.container_id)}</td><td data-name="deposition">${depositionLink('./', one.deposition_id)}</td>
<td class="num" data-name="attempts">${one.attempts}</td><td class="keep">${time(one.at, now())}</td>
<td>${one.delivery === 'pending' || one.delivery === 'off' ? null : html`<a href="webhooks/${one.id}/send">Send again…</a>`}</td></tr>`;
  }

  function delivered({ delivery, last_status, last_error, next_at, delivered_at }: WebhookLine): Html {
    const waits =
      delivery === 'pending' && next_at.getTime() > now() ? html`next ${time(next_at, now())} ` : null;
    const said = [
      delivered_at === null || delivery !== 'delivered' ? null : html`${time(delivered_at, now())} `,
      waits,
      last_status === null ? null : `status ${last_status} `,
      last_error,
    ];
    return html`${stateTag(delivery)} <small>${said}</small>`;
  }
}
