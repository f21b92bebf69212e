import type { DepositionState } from '../control/state-schema.js';
import { filesTable } from '../pages/files-table.js';
import { type Html, html } from '../pages/html.js';
import { pathOfKey } from '../pages/signposting.js';
import { newest } from './call-button.js';
import { shortTime } from './short-time.js';

const LIMIT = 50;

/** All depositions, newest first, with files and checksums. */
export function depositionsPart(depositions: DepositionState[]): Html {
  if (depositions.length === 0) {
    return html`<p class="soft">No depositions yet. Try <code>curl -X POST -H "Authorization: Bearer mock-token" -H "Content-Type: application/json" -d "{}"</code> on <code>/api/deposit/depositions</code>.</p>`;
  }
  return newest(depositions, LIMIT, card);
}

function card(deposition: DepositionState): Html {
  const { id, conceptId, user, state, versionIndex, title, doi, bucket, files, updated } = deposition;
  const published = state === 'done' || state === 'inprogress';
  const page = state === 'done' || state === 'deleted' ? `/records/${id}` : `/uploads/${id}`;
  // A discarded draft leaves nothing behind, not even the tombstone that a removed record leaves.
  const gone = state === 'deleted' && bucket === null;
  const name = title === '' ? 'Untitled' : title;
  const query = state === 'done' ? '?download=1' : '?preview=1&download=1';
  const link = (key: string) =>
    state === 'deleted' ? null : `/records/${id}/files/${pathOfKey(key)}${query}`;
  return html`<article>
<h3>${gone ? name : html`<a href="${page}">${name}</a>`} <span class="tag ${state}">${state}</span></h3>
<p class="soft">${id} by ${user ?? 'nobody'}, version ${versionIndex} of ${conceptId}${doi === null ? null : html`, DOI ${doi}`}${updated === null ? null : html`, changed ${shortTime(updated)}`}</p>
${filesTable(files, link)}
<p class="links">${[
    published
      ? html`<a href="/records/${id}">record page</a> <a href="/api/records/${id}">record JSON</a> `
      : null,
    state === 'unsubmitted' || state === 'inprogress' ? html`<a href="/uploads/${id}">draft page</a> ` : null,
    bucket === null ? null : html`<span>bucket <code>${bucket}</code></span>`,
  ]}</p>
</article>
`;
}
