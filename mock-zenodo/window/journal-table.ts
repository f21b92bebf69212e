import type { JournalEntry } from '../journal.js';
import { readableSize } from '../pages/files-table.js';
import { type Html, html } from '../pages/html.js';

const LIMIT = 100;
/** Characters of a path that are shown; all of it is in the tooltip and in the journal itself. */
const PATH_LENGTH = 160;

/** What arrived, newest first; the path is masked as the journal keeps it. */
export function journalPart(entries: JournalEntry[]): Html {
  if (entries.length === 0) return html`<p class="soft">No requests yet.</p>`;
  const shown = entries.slice(-LIMIT).reverse();
  const rest = entries.length - shown.length;
  return html`<table class="journal">
<thead><tr><th scope="col">Time</th><th scope="col">Request</th><th scope="col">Status</th><th scope="col">User</th><th scope="col">In / out</th><th scope="col">Took</th></tr></thead>
<tbody>
${shown.map(row)}</tbody>
</table>
${rest === 0 ? null : html`<p class="soft">and ${rest} older ones, see <a href="/_mock/requests">the journal</a></p>`}`;
}

function row(entry: JournalEntry): Html {
  const { startedAt, method, path, status, running, user, bytesIn, bytesOut, durationMs, faults } = entry;
  const mood = running
    ? 'running'
    : status === null || status >= 500
      ? 'bad'
      : status >= 400
        ? 'refused'
        : 'good';
  const outcome = running ? 'running' : (status ?? 'cut off');
  return html`<tr>
<td>${startedAt.slice(11, 19)}</td>
<td><strong>${method}</strong> <code title="${path}">${path.length > PATH_LENGTH ? `${path.slice(0, PATH_LENGTH)}…` : path}</code>${faults.map((fault) => html` <span class="tag bad">${fault}</span>`)}</td>
<td><span class="tag ${mood}">${outcome}</span></td>
<td>${user ?? 'guest'}</td>
<td>${readableSize(bytesIn)} / ${readableSize(bytesOut)}</td>
<td>${running ? '…' : `${Math.round(durationMs)} ms`}</td>
</tr>
`;
}
