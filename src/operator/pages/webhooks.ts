import type { FastifyPluginAsync } from 'fastify';
import { createReplicas } from '../../replicas.js';
import { HTML, PageFault, type PagesContext } from '../context.js';
import { flashNote, withFlash } from '../flash.js';
import { frameOf } from '../guard.js';
import { type Html, html } from '../html.js';
import { hidden, page, relative, table, time } from '../layout.js';
import { isUuid, readName, readSearch } from '../search.js';
import { stateTag } from '../states.js';
import { DELIVERIES, listWebhooks, type WebhookLine, whyNoneIsSent } from '../webhooks.js';
import {
  containerLink,
  depositionLink,
  firsts,
  options,
  pageLinks,
  searchButtons,
  searched,
  uploadLink,
} from './links.js';
import { actorOf } from './upload.js';

const TABLE = {
  caption: 'Webhooks',
  heads: [
    'Delivery',
    'Event',
    'Upload',
    'Container',
    'Deposition',
    { numbers: 'Attempts' },
    'Happened',
    'Action',
  ],
  none: 'No webhook.',
};

interface Route {
  Params: { id: string };
  Querystring: Record<string, unknown>;
}

/** Lists webhooks, delivered or not, and sends one again. */
export function webhookPages({ app, actions, sessions, now }: PagesContext): FastifyPluginAsync {
  const find = async (id: string): Promise<WebhookLine> => {
    const { rows } = await listWebhooks(app.database, { text: isUuid(id) ? id : 'none' });
    const found = rows.find((row) => row.id === id);
    if (found === undefined)
      throw new PageFault(
        404,
        'No such webhook',
        'Open it from the list of webhooks: the address needs the whole id. Webhooks are kept for 30 days.',
      );
    return found;
  };

  return async (server) => {
    server.get<Route>('/webhooks', async (request, reply) => {
      const query = firsts(request.query);
      const search = readSearch({ text: query['text'] }, now());
      const delivery = readName(DELIVERIES, query['state']);
      const why = whyNoneIsSent(await createReplicas(app.database).living());
      const { status, list } = await searched([search.fault, delivery.fault], async () => {
        const { rows, next } = await listWebhooks(
          app.database,
          { text: search.value?.text, delivery: delivery.value ?? undefined },
          { after: query['after'] ?? null },
        );
        const lines = rows.map((one) => row(one, why === null));
        return table(TABLE, lines, pageLinks(query, next));
      });
      const idle = why === null ? null : html`<p class="note wait">${why}</p>`;
      const body = html`<h1>Webhooks</h1>${flashNote(request.query)}${idle}
<form class="card search" role="search" action="webhooks">
<label>Container, deposition, Zenodo user, request, upload or webhook id <input type="search" name="text" value="${query['text']}" autocomplete="off"></label>
<label>Delivery <select name="state">${options(['', ...DELIVERIES], query['state'])}</select></label>
${searchButtons(query, 'webhooks')}</form>${list}`;
      reply.code(status).type(HTML);
      return reply.send(page(frameOf(request, sessions), 'Webhooks', 'webhooks', body));
    });

    server.get<Route>('/webhooks/:id/send', async (request, reply) => {
      const webhook = await find(request.params.id);
      const frame = frameOf(request, sessions);
      const verb = verbOf(webhook);
      const body = html`<h1>${verb === 'Send now' ? 'Send this webhook now?' : 'Send this webhook again?'}</h1>
<div class="card pad"><dl class="facts"><dt>Event</dt><dd><code>${webhook.type}</code></dd><dt>Delivery</dt><dd>${delivered(webhook, frame.root, true)}</dd>
<dt>Webhook</dt><dd><code>${webhook.id}</code></dd></dl></div>
<p>${
        webhook.waits_for === null
          ? 'The application receives the same id and the same content as before, so it can recognise a webhook that it has already seen.'
          : 'Webhooks of one deposition or connection are sent in order: the earlier ones are sent now, and this one after them.'
      }</p>
<form method="post" action="send" class="actions">${hidden(frame.formToken)}
<button class="main">${verb}</button> <a class="button" autofocus href="../../webhooks">Back</a></form>`;
      return reply.type(HTML).send(page(frame, verb, 'webhooks', body));
    });

    server.post<Route>('/webhooks/:id/send', async (request, reply) => {
      const { id } = await find(request.params.id);
      const { done, said } = await actions.sendAgain(id, actorOf(request));
      if (!done) throw new PageFault(409, 'Nothing was done', said);
      return reply.redirect(withFlash(`../../webhooks?text=${id}`, 'sent'), 303);
    });
  };

  /** `sends`: whether a replica sends webhooks at the moment. */
  function row(one: WebhookLine, sends: boolean): Html {
    return html`<tr><td class="wide">${delivered(one, './', sends)}</td><td><code>${one.type}</code></td>
<td data-name="upload">${one.upload_id === null ? null : uploadLink('./', one.upload_id)}</td>
<td data-name="container">${containerLink('./', one.container_id)}</td><td data-name="deposition">${depositionLink('./', one.deposition_id)}</td>
<td class="num" data-name="attempts">${one.attempts}</td><td class="keep">${time(one.at, now())}</td>
<td>${one.delivery === 'off' || one.sending || !sends ? null : html`<a href="webhooks/${one.id}/send">${verbOf(one)}…</a>`}</td></tr>`;
  }

  /** What an operator can do about a webhook. */
  function verbOf({ delivery }: WebhookLine): string {
    return delivery === 'pending' ? 'Send now' : 'Send again';
  }

  /** When a pending webhook is sent, or what it waits for. */
  function waits({ delivery, sending, waits_for, next_at }: WebhookLine, root: string): Html | null {
    if (delivery !== 'pending') return null;
    if (sending) return html`is being sent`;
    if (waits_for !== null)
      return html`waits for <a href="${root}webhooks?text=${waits_for}">an earlier one</a> of the same deposition or connection`;
    return next_at.getTime() > now() ? html`next ${relative(next_at, now())}` : html`is sent within seconds`;
  }

  function delivered(one: WebhookLine, root: string, sends: boolean): Html {
    const { delivery, last_status, last_error, delivered_at } = one;
    const said = [
      delivered_at === null || delivery !== 'delivered' ? null : relative(delivered_at, now()),
      sends ? waits(one, root) : null,
      last_status === null ? last_error : `the application responded with ${last_status}`,
    ].filter((part) => part !== null);
    const list = said.map((part, at) => [at === 0 ? null : ', ', part]);
    return html`${stateTag(delivery)} <small>${list}</small>`;
  }
}
