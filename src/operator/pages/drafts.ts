import type { FastifyPluginAsync } from 'fastify';
import { HTML, type PagesContext } from '../context.js';
import { DRAFT_STATES, type DraftLine, fateOfDraft, listDrafts } from '../drafts.js';
import { frameOf } from '../guard.js';
import { type Html, html } from '../html.js';
import { clock, page, table, time } from '../layout.js';
import { readCursor, readName, readSearch } from '../search.js';
import {
  containerLink,
  depositionLink,
  firsts,
  options,
  pageLinks,
  searchButtons,
  searched,
  userLink,
} from './links.js';

const TABLE = {
  caption: 'Drafts',
  heads: ['State', 'Deposition', 'Container', 'User', 'Created', 'Last changed'],
  none: 'This service knows no such draft.',
};
const NONE_UNFINISHED = { none: 'Every draft was published or deleted.' };

/** States that the page offers. Without one, all are shown. */
const SHOWN = DRAFT_STATES.filter((state) => state !== 'all');

/** Lists unfinished drafts, and what happened to the others. */
export function draftPages({ app, sessions, now }: PagesContext): FastifyPluginAsync {
  return async (server) => {
    server.get<{ Querystring: Record<string, unknown> }>('/drafts', async (request, reply) => {
      const query = firsts(request.query);
      const search = readSearch({ text: query['text'] }, now());
      const typed = readName(SHOWN, query['state']);
      // A search for one draft finds it in any state.
      const first = query['text'] === undefined && query['state'] === undefined;
      const state = first ? 'unfinished' : (typed.value ?? 'all');
      const { status, list } = await searched([search.fault, typed.fault], async () => {
        const { rows, next } = await listDrafts(
          app.database,
          { text: search.value?.text, state },
          { after: readCursor(query['after']) },
        );
        const frame = { ...TABLE, ...(state === 'unfinished' ? NONE_UNFINISHED : {}) };
        return table(frame, rows.map(row), pageLinks({ ...query, state }, next));
      });
      const body = html`<h1>Drafts</h1>
<form class="card search" role="search" action="drafts">
<label>Deposition, container, Zenodo user or request <input type="search" name="text" value="${query['text']}" autocomplete="off"></label>
<label>State <select name="state">${options(['', ...SHOWN], first ? '' : query['state'])}</select></label>
${searchButtons(query, 'drafts')}</form>${first ? html`<h2>Unfinished</h2>` : null}${list}
<p class="soft">This list does not ask Zenodo. <code>zenodo-service drafts prune</code> does, and lists which drafts can be deleted and why others cannot.</p>`;
      return reply
        .code(status)
        .type(HTML)
        .send(page(frameOf(request, sessions), 'Drafts', 'drafts', body));
    });
  };

  function row(draft: DraftLine): Html {
    return html`<tr><td class="wide">${fate(draft)}</td><td data-name="deposition">${depositionLink('./', draft.deposition_id) ?? 'not created yet'}</td>
<td data-name="container">${containerLink('./', draft.container_id) ?? html`<span class="soft">none</span>`}</td><td data-name="user">${userLink('./', draft.zenodo_user_id)}</td>
<td class="keep" data-name="created">${draft.made_here ? time(draft.created_at, now()) : 'elsewhere'}</td><td class="keep" data-name="changed">${time(draft.updated_at, now())}</td></tr>`;
  }

  function fate(draft: DraftLine): Html {
    const known = fateOfDraft(draft);
    if (known === null) return html`<span class="state wait">unfinished</span>`;
    const { what, at, who } = known;
    return html`<span class="state ${what === 'deleted' ? 'bad' : 'good'}">${what}</span> <small>${clock(at)} ${who}</small>`;
  }
}
