import type { JournalEntry } from '../journal.js';
import { readableSize } from '../pages/files-table.js';
import { type Html, html } from '../pages/html.js';

const LIMIT = 100;
/**
 * Maximum number of characters of a path. The whole path is in the tooltip and in the journal
 * itself.
 */
const PATH_LENGTH = 160;

/**
 * The requests received, newest first, with secrets masked as in the journal. `open` names the rows
 * that show headers and bodies.
 */
export function journalPart(entries: JournalEntry[], open: ReadonlySet<number>): Html {
  if (entries.length === 0) return html`<p class="soft">No requests yet.</p>`;
  const shown = entries.slice(-LIMIT).reverse();
  const rest = entries.length - shown.length;
  return html`<table class="journal">
<thead><tr><th scope="col">Time</th><th scope="col">Request</th><th scope="col">Status</th><th scope="col">User</th><th scope="col">In / out</th><th scope="col">Took</th></tr></thead>
<tbody>
${shown.map((entry) => html`${row(entry, open.has(entry.id))}${open.has(entry.id) ? details(entry) : null}`)}</tbody>
</table>
${rest === 0 ? null : html`<p class="soft">and ${rest} older ones, see <a href="/_mock/requests">the journal</a></p>`}`;
}

function row(entry: JournalEntry, open: boolean): Html {
  const { id, startedAt, method, path, status, running, user, bytesIn, bytesOut, durationMs, faults } = entry;
  const mood = running
    ? 'running'
    : status === null || status >= 500
      ? 'bad'
      : status >= 400
        ? 'refused'
        : 'good';
  const outcome = running ? 'running' : (status ?? 'cut off');
  const shown = path.length > PATH_LENGTH ? `${path.slice(0, PATH_LENGTH)}…` : path;
  return html`<tr>
<td>${startedAt.slice(11, 19)}</td>
<td><button type="button" class="row" id="row-${id}" data-row="${id}" aria-expanded="${open ? 'true' : 'false'}"><strong>${method}</strong> <code title="${path}">${shown}</code></button>${faults.map((fault) => html` <span class="tag bad">${fault}</span>`)}${entry.unmatched ? html` <span class="tag refused">no such route</span>` : entry.notImitated ? html` <span class="tag refused">not imitated</span>` : null}</td>
<td><span class="tag ${mood}">${outcome}</span></td>
<td>${user ?? 'guest'}</td>
<td>${readableSize(bytesIn)} / ${readableSize(bytesOut)}</td>
<td>${running ? '…' : `${Math.round(durationMs)} ms`}</td>
</tr>
`;
}

function details(entry: JournalEntry): Html {
  const { running, route, nearest, unmatched, notImitated, request, answer } = entry;
  const found = unmatched
    ? html`<p>Zenodo has no such route.${nearest.length === 0 ? null : html` Nearest: ${nearest.map((one) => html`<code>${one}</code> `)}`}</p>`
    : notImitated
      ? html`<p>Zenodo has this route, and the mock does not imitate it.</p>`
      : route === null
        ? null
        : html`<p class="soft">Route <code>${route}</code></p>`;
  return html`<tr class="details"><td colspan="6">
${running ? html`<p class="soft">Still running.</p>` : found}
${message('Request', request)}${message('Response', answer)}
</td></tr>
`;
}

function message(title: string, shown: JournalEntry['request']): Html | null {
  if (shown === null) return null;
  const { headers, body } = shown;
  const lines = Object.entries(headers).map(([name, value]) => html`${name}: ${value}\n`);
  return html`<h3>${title}</h3>
<pre tabindex="0" aria-label="Headers of the ${title.toLowerCase()}">${lines}</pre>
${body === null ? html`<p class="soft">No body.</p>` : html`<pre tabindex="0" aria-label="Body of the ${title.toLowerCase()}">${body.text ?? 'Binary content.'}${body.truncated ? '…' : null}</pre>`}`;
}
