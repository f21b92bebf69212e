import type { FastifyPluginAsync } from 'fastify';
import { daysBefore } from '../../lifetimes.js';
import { HTML, type PagesContext } from '../context.js';
import { frameOf } from '../guard.js';
import { type Html, html } from '../html.js';
import { page, table, time } from '../layout.js';
import { listRefusals, type RefusalLine } from '../refused-uploads.js';
import { readCursor, readSearch, SEARCHED_STATES, type Search } from '../search.js';
import { stateTag } from '../states.js';
import { type FailureGroup, failedSince, failureGroups, listUploads, type UploadLine } from '../uploads.js';
import { bytes } from '../words.js';
import {
  containerLink,
  depositionLink,
  firsts,
  options,
  pageLinks,
  type Query,
  searchButtons,
  uploadLink,
  userLink,
} from './links.js';

const FAILURES = {
  caption: 'Failures by user and code',
  heads: ['User', 'Code', { numbers: 'Last day' }, 'Failing since', 'Last failure', 'Last done'],
  none: '',
};
const REFUSAL_HEADS = ['State', 'Why', 'Container', 'Deposition', 'User', 'Request', 'When'];
const UPLOAD_HEADS = ['State', 'Upload', 'Container', 'Deposition', 'User', { numbers: 'Files' }, 'Started'];

/** Rows of a page, and of the failures above them. */
const SIZE = 50;
const FAILED_SIZE = 10;

/** Lists uploads, recent failures first, with a search. */
export function uploadPages({ app, sessions, now }: PagesContext): FastifyPluginAsync {
  return async (server) => {
    server.get<{ Querystring: Record<string, unknown> }>('/uploads', async (request, reply) => {
      const query = firsts(request.query);
      const search = readSearch(query, now());
      const frame = frameOf(request, sessions);
      const draw = (body: Html) =>
        page(frame, 'Uploads', 'uploads', html`<h1>Uploads</h1>${searchForm(query)}${body}`);
      if (search.fault !== null) {
        const note = html`<p class="note bad" role="alert">${search.fault}</p>`;
        return reply.code(400).type(HTML).send(draw(note));
      }
      const after = readCursor(query['after']);
      if (search.value.state === 'refused') {
        const refused = await listRefusals(app.database, search.value, { size: SIZE, after });
        const list = refusalTable(
          refused.rows,
          'No upload was refused. The log has other calls that were.',
          pageLinks(query, refused.next),
        );
        return reply.type(HTML).send(draw(list));
      }
      const found = await listUploads(app.database, search.value, { size: SIZE, after });
      const searched = Object.keys(search.value).length > 0;
      const first = searched || after !== null ? null : await failures();
      const more = pageLinks(query, found.next);
      const none = searched
        ? 'No upload matches. Text must match as a whole, except the beginning of a file name and the first eight characters of the id of an upload.'
        : 'No upload yet.';
      const list = uploadTable('Uploads', found.rows, none, more);
      const title = first === null ? null : html`<h2>All</h2>`;
      const refused =
        searched && search.value.state === undefined && after === null
          ? await refusals(search.value, query)
          : null;
      return reply.type(HTML).send(draw(html`${first}${title}${list}${refused}`));
    });

    /** Uploads that were refused; empty if there are none. */
    const refusals = async (wanted: Search, query: Query): Promise<Html | null> => {
      const { rows, next } = await listRefusals(app.database, wanted, { size: FAILED_SIZE });
      if (rows.length === 0) return null;
      const all = new URLSearchParams({ state: 'refused' });
      for (const [name, value] of Object.entries(query))
        if (value && name !== 'after') all.append(name, value);
      const more =
        next === null
          ? null
          : html`<div class="more"><a href="?${all.toString()}">All refused uploads</a></div>`;
      return html`<h2>Refused <small>before the service took them</small></h2>
${refusalTable(rows, '', more)}`;
    };

    /** Failures of the last day, by user and reason. */
    const failures = async (): Promise<Html | null> => {
      const since = daysBefore(now(), 1);
      const [groups, failed] = await Promise.all([
        failureGroups(app.database, since),
        failedSince(app.database, since, FAILED_SIZE),
      ]);
      const refused = await refusals({ since }, { since: '1d' });
      if (groups.length === 0)
        return html`<p class="note good">No upload failed in the last day.</p>${refused}`;
      const more =
        failed.next === null
          ? null
          : html`<div class="more"><a href="?state=failed">All failed uploads</a></div>`;
      return html`<h2>Failed in the last day</h2>
${uploadTable('Failed in the last day', failed.rows, '', more)}
<h2>By user and reason</h2>
${table(FAILURES, groups.map(groupRow))}
${refused}`;
    };

    const refusalTable = (rows: RefusalLine[], none: string, more: Html | null): Html =>
      table({ caption: 'Refused uploads', heads: REFUSAL_HEADS, none }, rows.map(refusalRow), more);

    const refusalRow = (one: RefusalLine): Html => html`<tr>
<td>${stateTag('refused')}</td>
<td class="wide"><code>${one.code}</code><small>${one.detail}</small></td>
<td data-name="container">${containerLink('./', one.container_id)}</td>
<td data-name="deposition">${depositionLink('./', one.deposition_id)}</td>
<td data-name="user">${one.zenodo_user_id === null ? html`<span class="soft">not known</span>` : userLink('./', one.zenodo_user_id)}</td>
<td class="wide" data-name="request"><code>${one.request_id}</code></td>
<td class="keep when">${time(one.at, now())}</td></tr>`;

    const groupRow = (group: FailureGroup): Html => html`<tr>
<td>${userLink('./', group.zenodo_user_id)}</td><td><code>${group.code}</code></td><td class="num" data-name="last day">${group.count}</td>
<td class="keep" data-name="failing since">${time(group.failing_since, now()) ?? html`<span class="soft">no longer</span>`}</td>
<td class="keep" data-name="last failure">${time(group.last, now())}</td>
<td class="keep" data-name="last done">${time(group.last_done, now()) ?? html`<span class="soft">none</span>`}</td></tr>`;

    const uploadTable = (caption: string, rows: UploadLine[], none: string, more: Html | null): Html =>
      table({ caption, heads: UPLOAD_HEADS, none }, rows.map(row), more);

    const row = (upload: UploadLine): Html => html`<tr>
<td>${stateTag(upload.state)}</td>
<td class="wide">${uploadLink('./', upload.id)}${
      upload.code === null ? null : html`<small><code>${upload.code}</code> ${upload.detail}</small>`
    }</td>
<td data-name="container">${containerLink('./', upload.container_id)}</td>
<td data-name="deposition">${depositionLink('./', upload.deposition_id)}</td>
<td data-name="user">${userLink('./', upload.zenodo_user_id)}</td>
<td class="num" data-name="files">${upload.files}<small>${bytes(upload.bytes)}</small></td>
<td class="keep when">${time(upload.created_at, now())}</td></tr>`;
  };
}

function searchForm(query: Query): Html {
  const text =
    query['text'] ??
    ['container', 'deposition', 'user', 'request', 'file'].map((name) => query[name]).find(Boolean);
  return html`<form class="card search" role="search" action="uploads">
<label>Container, deposition, Zenodo user, request, upload or file <input type="search" name="text" value="${text}" autocomplete="off"></label>
<label>State <select name="state">${options(['', ...SEARCHED_STATES], query['state'])}</select></label>
<label>Since <input name="since" value="${query['since']}" placeholder="2h, 3d, 2030-01-31" autocomplete="off"></label>
<label>Until <input name="until" value="${query['until']}" placeholder="2030-01-31T10:00" autocomplete="off"></label>
${searchButtons(query, 'uploads')}
</form>`;
}
