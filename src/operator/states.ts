import { type Html, html } from './html.js';

/** How a state is displayed, and its name for people. */
const STATES: Record<string, readonly [tone: string, name: string]> = {
  receiving: ['live', 'receiving'],
  queued: ['wait', 'queued'],
  transferring: ['live', 'transferring'],
  done: ['good', 'done'],
  failed: ['bad', 'failed'],
  waiting_for_authorization: ['wait', 'waits for its user'],
  stranded: ['wait', 'stranded'],
  cancelled: ['', 'cancelled'],
  refused: ['bad', 'refused'],
  pending: ['wait', 'pending'],
  delivered: ['good', 'delivered'],
  undelivered: ['bad', 'not delivered'],
  off: ['', 'off'],
  active: ['good', 'active'],
  reauthorization_required: ['wait', 'must authorize again'],
};

/** The colour of a state, as a class of the style sheet; empty for one without. */
export function toneOf(state: string): string {
  return STATES[state]?.[0] ?? '';
}

/** A state's name for people. */
export function stateName(state: string): string {
  return STATES[state]?.[1] ?? state.replaceAll('_', ' ');
}

/** A state's name in its colour. */
export function stateTag(state: string): Html {
  return html`<span class="state ${toneOf(state)}">${stateName(state)}</span>`;
}
