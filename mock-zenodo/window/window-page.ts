import type { MockContext } from '../context.js';
import { stateOf } from '../control/state.js';
import type { Options } from '../options.js';
import { type Html, html } from '../pages/html.js';
import { page } from '../pages/page.js';
import { appsPart, tokensPart } from './accounts.js';
import { depositionsPart } from './depositions.js';
import { effectForm } from './effect-form.js';
import { journalPart } from './journal-table.js';
import { clockForm, clockPart, consentPart, faultForm, faultsPart } from './steering.js';

/** The parts of the window that change, by the id of their element. */
type Parts = Record<'clock' | 'consent' | 'faults' | 'depositions' | 'journal' | 'tokens' | 'apps', Html>;

/**
 * Renders all parts in their present state. `open` names the rows of the journal that show headers
 * and bodies.
 */
export function windowParts(mock: MockContext, open: ReadonlySet<number> = new Set()): Parts {
  const state = stateOf(mock);
  return {
    clock: clockPart(state.now, mock.options.seed !== undefined),
    consent: consentPart(mock.consent, state.users),
    faults: faultsPart(mock.faults.list()),
    depositions: depositionsPart(state.depositions),
    journal: journalPart(mock.journal.list({ running: true }), open),
    tokens: tokensPart(state),
    apps: appsPart(state),
  };
}

/** Only the parts, which the script inserts. */
export function partsDocument(parts: Parts): string {
  return Object.entries(parts)
    .map(([name, markup]) => part(name, markup).markup)
    .join('\n');
}

/**
 * The whole window, or the reason why the control API refuses it to this request. In that case the
 * script tries again, with the control token if there is one.
 */
export function windowPage(shown: Parts | string, { controlToken, keepIds }: Options): string {
  const show = (name: keyof Parts) => part(name, typeof shown === 'string' ? null : shown[name]);
  const head = html`
<link rel="stylesheet" href="/_mock/window.css">
<script type="module" src="/_mock/window.js"></script>`;
  const body = html`<h1>Mock Zenodo</h1>
<p id="message" role="status"></p>
<noscript><p>Without JavaScript, this page shows the state at the time it was loaded, and cannot change it. <a href="/_mock/docs">The control API</a> works from anywhere on this machine.</p></noscript>
${controlToken !== undefined ? TOKEN_FORM : typeof shown === 'string' ? html`<p id="refusal" class="wrong">${shown}</p>` : null}
<nav aria-label="Sections"><a href="#h-depositions">Depositions</a> <a href="#h-journal">Journal</a> <a href="#h-faults">Faults</a> <a href="#h-clock">Clock</a> <a href="#h-consent">Consent</a> <a href="#h-tokens">Tokens</a> <a href="#h-apps">Apps</a> <a href="/_mock/docs">Control API</a></nav>
<div class="columns">
<div>
${section('depositions', 'Depositions', show('depositions'))}
${section('journal', html`Journal <span class="tag" id="live">not live</span>`, html`<p class="actions"><button type="button" id="journal-clear" data-call="DELETE /_mock/requests">Clear</button></p>${show('journal')}`)}
</div>
<div>
${section('faults', 'Faults', html`${show('faults')}${faultForm()}${effectForm()}`)}
${section('clock', 'Clock', html`${show('clock')}${clockForm()}`)}
${section('consent', 'Consent', show('consent'))}
${section('tokens', 'Tokens', show('tokens'))}
${section('apps', 'Apps', show('apps'))}
${section('reset', 'Reset', resetForm(keepIds))}
</div>
</div>`;
  return page('Window', body, head);
}

const TOKEN_FORM = html`<form id="token">
<label>Control token <input type="password" name="token" autocomplete="off" required></label>
<button class="main">Open</button>
<p class="soft">This mock requires a control token. It is kept in this page only.</p>
</form>`;

const resetForm = (
  keepIds: boolean,
) => html`<p class="actions"><button type="button" id="reset-open" data-opens="reset">Reset…</button></p>
<dialog id="reset" aria-labelledby="reset-title">
<h3 id="reset-title">Reset the mock?</h3>
<p>This deletes depositions, tokens, faults and the journal, and restores the default accounts and the time. Ids ${keepIds ? 'continue to count' : 'start again with the first one'}.</p>
<p class="actions"><button type="button" data-closes="reset" autofocus>Cancel</button>
<button type="button" class="main" id="reset-do" data-call="POST /_mock/reset" data-closes="reset">Reset</button></p>
</dialog>`;

function section(id: string, title: string | Html, content: Html): Html {
  return html`<section aria-labelledby="h-${id}">
<h2 id="h-${id}">${title}</h2>
${content}
</section>`;
}

function part(name: string, markup: Html | null): Html {
  return html`<div data-part="${name}">${markup}</div>`;
}
