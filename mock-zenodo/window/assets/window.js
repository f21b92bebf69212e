// @ts-check
import { control, useToken } from './control-call.js';

/** What is redrawn at most this often, in milliseconds, however much arrives. */
const PACE = 300;
/**
 * Changes that are no requests, such as a test's own controls, are looked for this often, in
 * milliseconds.
 */
const LOOK = 2000;

/** How long a message stays, in milliseconds. */
const READ = 8000;

const message = find('message');
const live = find('live');
/** @type {Map<string, string>} */
const drawn = new Map();
/** Rows of the journal that show headers and bodies. @type {Set<string>} */
const open = new Set();
/** The last drawing, so that they come one after another and the newest stays. @type {Promise<void>} */
let drawing = Promise.resolve();
let planned = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let silence;

/** @param {string} id */
function find(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`There is no ${id} in the page.`);
  return element;
}

/** Draws anew after whatever is being drawn. */
function redraw() {
  drawing = drawing.catch(() => undefined).then(draw);
  return drawing;
}

/** Fetches all parts and replaces those that changed, keeping the keyboard's place. */
async function draw() {
  const text = await (await control(`GET /_mock/window?open=${[...open].join()}`)).text();
  const fresh = new DOMParser().parseFromString(text, 'text/html');
  for (const part of fresh.querySelectorAll('[data-part]')) {
    const name = part.getAttribute('data-part') ?? '';
    const place = document.querySelector(`[data-part="${name}"]`);
    if (place === null || (drawn.get(name) ?? place.innerHTML) === part.innerHTML) continue;
    drawn.set(name, part.innerHTML);
    const focused = place.contains(document.activeElement) ? document.activeElement?.id : undefined;
    place.replaceChildren(...part.childNodes);
    if (focused) document.getElementById(focused)?.focus();
  }
}

/** Redraws soon; calls in between share one. */
async function redrawSoon() {
  if (planned) return;
  planned = true;
  await wait(PACE);
  planned = false;
  await redraw().catch(complain);
}

/** Follows the journal for as long as the page is open. */
async function follow() {
  for (;;) {
    try {
      const answer = await control('GET /_mock/requests/stream');
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      live.textContent = 'live';
      live.className = 'tag good';
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
        if (next.value.includes('event:')) redrawSoon();
      }
    } catch {
      // The mock is gone; it may come back.
    }
    live.textContent = 'not live';
    live.className = 'tag bad';
    await wait(LOOK);
  }
}

/** @param {number} milliseconds */
function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Shows a message for a while. @param {string} text @param {boolean} [wrong] */
function say(text, wrong = false) {
  message.textContent = text;
  message.className = wrong ? 'wrong' : '';
  clearTimeout(silence);
  silence = setTimeout(() => {
    message.textContent = '';
  }, READ);
}

/** @param {unknown} error */
function complain(error) {
  say(error instanceof Error ? error.message : String(error), true);
}

/**
 * Makes a call for a button or form and says what came of it.
 * @param {string} call
 * @param {string | undefined} body
 * @param {string} label
 */
async function act(call, body, label) {
  try {
    await control(call, body);
    say(`${label}: done.`);
    await redraw();
  } catch (error) {
    complain(error);
  }
}

/** A form's fields as JSON; empty ones are left out. @param {HTMLFormElement} form */
function fieldsOf(form) {
  /** @type {Record<string, unknown>} */
  const fields = {};
  for (const field of form.querySelectorAll('input, select')) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement) || field.value === '')
      continue;
    if (field instanceof HTMLInputElement && field.type === 'checkbox' && !field.checked) continue;
    fields[field.name] = readField(field.value, field.dataset['type'], field.name);
  }
  return JSON.stringify(fields);
}

/**
 * What a field stands for. @param {string} value @param {string | undefined} type @param {string}
 * name
 */
function readField(value, type, name) {
  if (type === 'utc') return `${value}Z`;
  if (type === 'list') return value.trim().split(/[\s,]+/);
  if (type !== 'json') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new Error(`${name} is not JSON: strings need quotation marks.`);
  }
}

/** Sets the fields of the form of one's own fault. @param {string} fields */
function fill(fields) {
  const form = find('effects');
  if (!(form instanceof HTMLFormElement)) return;
  // A field is called reset, and hides the method of that name.
  HTMLFormElement.prototype.reset.call(form);
  for (const [name, value] of Object.entries(JSON.parse(fields))) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = true;
    else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement)
      field.value = String(value);
  }
  say('The form is filled in. Change it if you like, then switch the fault on.');
}

/** Opens or closes a row of the journal. @param {string} id */
function toggle(id) {
  if (!open.delete(id)) open.add(id);
  redraw().catch(complain);
}

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const text = button.dataset['copy'] ?? '';
  try {
    await navigator.clipboard.writeText(text);
    say('Copied.');
  } catch {
    // Browsers only let pages of this machine or with HTTPS copy.
    const code = button.previousElementSibling;
    if (code !== null) getSelection()?.selectAllChildren(code);
    say('Selected. Copy the text with the keyboard.');
  }
}

function explainFault() {
  const choice = find('fault-name');
  const option = choice instanceof HTMLSelectElement ? choice.selectedOptions[0] : undefined;
  find('fault-says').textContent = option?.dataset['says'] ?? '';
}

function dialog(/** @type {string} */ id) {
  const element = find(id);
  return element instanceof HTMLDialogElement ? element : null;
}

document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button') : null;
  if (button === null) return;
  const { call, body, opens, closes, row, fill: fields } = button.dataset;
  if (row !== undefined) toggle(row);
  if (fields !== undefined) fill(fields);
  if (opens !== undefined) dialog(opens)?.showModal();
  if (closes !== undefined) dialog(closes)?.close();
  if (button.dataset['copy'] !== undefined) copy(button);
  if (call !== undefined) act(call, body, button.textContent ?? '');
});

document.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.id === 'token') enter(form);
  else submit(form, event.submitter?.textContent ?? '');
});

/** Makes the call of a form. @param {HTMLFormElement} form @param {string} label */
function submit(form, label) {
  try {
    act(form.dataset['call'] ?? '', fieldsOf(form), label);
  } catch (error) {
    complain(error);
  }
}

/** Tries the control token and, if it is the right one, begins. @param {HTMLFormElement} form */
async function enter(form) {
  useToken(new FormData(form).get('token')?.toString() ?? '');
  try {
    await redraw();
    form.remove();
    say('');
    begin();
  } catch (error) {
    complain(error);
  }
}

function begin() {
  document.getElementById('refusal')?.remove();
  follow();
  setInterval(() => {
    if (document.visibilityState === 'visible' && live.textContent === 'live') redrawSoon();
  }, LOOK);
}

find('fault-name').addEventListener('change', explainFault);
explainFault();
if (document.getElementById('token') === null) redraw().then(begin, complain);
