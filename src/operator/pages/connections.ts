import type { FastifyPluginAsync } from 'fastify';
import { CONNECTION_STATES, type ConnectionLine, listConnections } from '../connections.js';
import { HTML, PageFault, type PagesContext } from '../context.js';
import { flashNote, withFlash } from '../flash.js';
import { frameOf } from '../guard.js';
import { type Html, html } from '../html.js';
import { hidden, page, table, time } from '../layout.js';
import { readCursor, readName, readSearch } from '../search.js';
import { stateTag } from '../states.js';
import { number } from '../words.js';
import { firsts, options, pageLinks, searchButtons, searched, userLink } from './links.js';
import { actorOf } from './upload.js';

const TABLE = {
  caption: 'Connections',
  heads: [
    'State',
    'Zenodo user',
    { numbers: 'Access tokens' },
    { numbers: 'Drafts' },
    'Last upload',
    'Last used',
    'Renewed',
    'Connected',
    'Action',
  ],
  none: 'No connection.',
};

interface Route {
  Params: { id: string };
  Querystring: Record<string, unknown>;
}

/** Lists connections to Zenodo users, and deletes the data of a user. */
export function connectionPages({ app, actions, sessions, now }: PagesContext): FastifyPluginAsync {
  const find = async (id: string): Promise<ConnectionLine> => {
    const { rows } = await listConnections(app.database, { text: id });
    const found = rows.find((row) => row.id === id);
    if (found === undefined) throw new PageFault(404, 'No such connection', 'It may have been deleted.');
    return found;
  };

  return async (server) => {
    server.get<Route>('/connections', async (request, reply) => {
      const query = firsts(request.query);
      const search = readSearch({ text: query['text'] }, now());
      const state = readName(CONNECTION_STATES, query['state']);
      const { status, list } = await searched([search.fault, state.fault], async () => {
        const { rows, next } = await listConnections(
          app.database,
          { text: search.value?.text, state: state.value ?? undefined },
          { after: readCursor(query['after']) },
        );
        return table(TABLE, rows.map(row), pageLinks(query, next));
      });
      const body = html`<h1>Connections</h1>${flashNote(request.query)}
<form class="card search" role="search" action="connections">
<label>Zenodo user or connection id <input type="search" name="text" value="${query['text']}" autocomplete="off"></label>
<label>State <select name="state">${options(['', ...CONNECTION_STATES], query['state'])}</select></label>
${searchButtons(query, 'connections')}</form>${list}`;
      return reply
        .code(status)
        .type(HTML)
        .send(page(frameOf(request, sessions), 'Connections', 'connections', body));
    });

    server.get<Route>('/connections/:id/forget', async (request, reply) => {
      const connection = await find(request.params.id);
      const frame = frameOf(request, sessions);
      const body = html`<h1>Forget Zenodo user ${connection.zenodo_user_id}?</h1>
<div class="card pad"><dl class="facts">
<dt>State</dt><dd>${stateTag(connection.state)}${since(connection)}</dd>
<dt>Access tokens</dt><dd>${number(connection.access_tokens)}</dd>
<dt>Drafts</dt><dd>${number(connection.drafts)}</dd>
<dt>Last upload</dt><dd>${time(connection.last_upload_at, now()) ?? 'none'}</dd>
</dl></div>
<p>This deletes everything that the service stores about this user: tokens, what it knows about their drafts, and uploads with their staged bytes. It changes
nothing at Zenodo, where the user can remove the application under Settings, Applications. It cannot be undone. The user can authorize again.</p>
<form method="post" action="forget" class="actions">${hidden(frame.formToken)}
<button class="danger">Forget this user</button> <a class="button" autofocus href="../../connections">Back</a></form>`;
      return reply.type(HTML).send(page(frame, 'Forget a user', 'connections', body));
    });

    server.post<Route>('/connections/:id/forget', async (request, reply) => {
      const { zenodo_user_id: user } = await find(request.params.id);
      const { done, said } = await actions.forget(user, actorOf(request));
      if (!done) throw new PageFault(409, 'Nothing was done', said);
      return reply.redirect(
        withFlash(`../../connections?text=${encodeURIComponent(user)}`, 'forgotten'),
        303,
      );
    });
  };

  /** How long the user has had to authorize again, and why. */
  function since({ ended_at, ended_by }: ConnectionLine): Html | null {
    return ended_at === null ? null : html` <small>${ended_by} ${time(ended_at, now())}</small>`;
  }

  function row(one: ConnectionLine): Html {
    return html`<tr><td>${stateTag(one.state)}${since(one)}</td><td>${userLink('./', one.zenodo_user_id)}</td>
<td class="num" data-name="access tokens">${number(one.access_tokens)}</td><td class="num" data-name="drafts">${number(one.drafts)}</td>
<td class="keep" data-name="last upload">${time(one.last_upload_at, now()) ?? 'none'}</td><td class="keep" data-name="used">${time(one.last_used_at, now())}</td>
<td class="keep" data-name="renewed">${time(one.refreshed_at, now()) ?? 'never'}</td><td class="keep" data-name="since">${time(one.created_at, now())}</td>
<td><a href="connections/${one.id}/forget">Forget…</a></td></tr>`;
  }
}
