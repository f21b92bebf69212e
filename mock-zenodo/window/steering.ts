import type { Consent } from '../consent.js';
import type { Fault, FaultState } from '../faults/fault.js';
import { NAMED_FAULTS } from '../faults/named.js';
import { type Html, html } from '../pages/html.js';
import type { User } from '../store/model.js';
import { callButton } from './call-button.js';
import { shortTime } from './short-time.js';

const TIMES = [1, 2, 3, 5, 10];
const STEPS = [
  ['+1 minute', 60],
  ['+1 hour', 3600],
  ['+1 day', 86_400],
  ['+61 days', 61 * 86_400],
] as const;

/** The active faults, each with a button that removes it. */
export function faultsPart(faults: FaultState[]): Html {
  if (faults.length === 0) return html`<p class="soft">No faults: everything works.</p>`;
  const items = faults.map(({ id, hits, fault }) => {
    const left = fault.times === undefined || fault.times === null ? 'every time' : `${fault.times}×`;
    const spent = typeof fault.times === 'number' && hits >= fault.times;
    return html`<li><span><strong>${fault.name ?? id}</strong> ${left}${fault.user === undefined ? null : ` for ${fault.user}`}, applied ${hits}×${spent ? ', used up' : null}</span>
${callButton(`off-${id}`, 'Switch off', `DELETE /_mock/faults/${encodeURIComponent(id)}`, undefined, id)}</li>\n`;
  });
  return html`<ul class="rows">${items}</ul>`;
}

/** The form that adds a named fault. */
export function faultForm(): Html {
  const options = NAMED_FAULTS.map(
    ({ name, says, fault }) =>
      html`<option value="${name}" data-says="${says} ${usual(fault)}">${name}</option>\n`,
  );
  return html`<form data-call="POST /_mock/faults">
<label>Fault <select name="name" id="fault-name" aria-describedby="fault-says">
${options}</select></label>
<p class="soft" id="fault-says"></p>
<label>How often <select name="times" data-type="json">
<option value="">default</option>
${TIMES.map((times) => html`<option value="${times}">${times}×</option>\n`)}<option value="null">every time</option>
</select></label>
<label>Only for user <input name="user" placeholder="everybody" autocomplete="off"></label>
<button class="main">Switch on</button>
</form>`;
}

function usual({ times }: Fault): string {
  return times === undefined || times === null ? 'Default: every time.' : `Default: ${times}×.`;
}

/** The time of the mock. */
export function clockPart(now: string, frozen: boolean): Html {
  return html`<p><time class="clock" datetime="${now.slice(0, 19)}Z">${shortTime(now)}</time> UTC${frozen ? ', stopped' : null}</p>`;
}

/** Buttons and the form that set the clock. */
export function clockForm(): Html {
  const steps = STEPS.map(
    ([label, seconds]) =>
      html`${callButton(`advance-${seconds}`, label, 'POST /_mock/clock', { advance: seconds })}\n`,
  );
  return html`<p class="actions">
${steps}${callButton('clock-real', 'Real time', 'POST /_mock/clock', { now: 'real' })}
</p>
<form data-call="POST /_mock/clock">
<label>Set to (UTC) <input type="datetime-local" name="now" step="1" data-type="utc" required></label>
<button>Set</button>
</form>`;
}

/** How consent is decided, with controls to change it. */
export function consentPart(consent: Consent, users: User[]): Html {
  const modes = { ask: 'ask on the page', approve: 'approve at once', deny: 'deny at once' };
  const option = (value: string, label: string, chosen: boolean) =>
    html`<option value="${value}"${chosen ? html` selected` : null}>${label}</option>\n`;
  return html`<form data-call="POST /_mock/consent">
<label>Decision <select name="mode" id="consent-mode">
${Object.entries(modes).map(([mode, label]) => option(mode, label, mode === consent.mode))}</select></label>
<label>Logged in as <select name="user" id="consent-user" data-type="json">
${option('null', 'the first user', consent.user === null)}${users.map(({ username }) => option(JSON.stringify(username), username, username === consent.user))}</select></label>
<button id="consent-apply">Apply</button>
</form>`;
}
