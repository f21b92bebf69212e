import { createCalls, persist, Refusal } from './calls.js';
import { showChoosing, trouble } from './choosing.js';
import { h, note } from './dom.js';
import { showUpload } from './following.js';
import { newId, openMemory, takeSecret } from './memory.js';
import { backLink, type Page, show, showEnd, speak } from './page.js';
import { startSending } from './sending.js';

const base = document.body.dataset['base'] ?? '';

/** Asks what the link is about, and shows where things stand. */
async function open(): Promise<void> {
  let words = speak(null);
  const loading = document.getElementById('loading');
  loading?.removeAttribute('hidden');
  const secret = takeSecret();
  if (secret === '') {
    show(words.t, null, words.t.noLinkTitle, note('warn', null, words.t.noLinkHelp));
    return;
  }
  const calls = createCalls(base, secret, () => words.language);
  try {
    const link = await persist(calls.link, (refusal) =>
      loading?.replaceChildren(trouble(words as Page, refusal)),
    );
    words = speak(link.locale);
    const page: Page = { base, secret, calls, link, memory: openMemory(link.upload_link_id), ...words };
    begin(page);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    show(words.t, null, words.t.expiredTitle, note('warn', null, error.message));
  }
}

function begin(page: Page): void {
  const { link, t, memory } = page;
  const last = link.uploads.at(-1);
  if (last !== undefined && last.stage !== 'receiving' && last.state !== 'cancelled') {
    if (last.state === 'running' || last.state === 'waiting_for_authorization' || last.state === 'stranded') {
      showUpload(page, last, choose);
      return;
    }
  }
  if (link.state !== 'active') {
    const reason = t.reasons[link.reason ?? 'expired'];
    show(
      t,
      link.application_name,
      t.expiredTitle,
      note('warn', reason, t.expiredHelp),
      h('p', { class: 'actions' }, backLink(page)),
    );
    return;
  }
  if (link.connection === 'reauthorization_required') {
    showEnd(page, new Refusal(401, 'reauthorization_required', '', null, null));
    return;
  }
  if (last !== undefined && last.state === 'done' && memory.uploadId() === last.upload_id) {
    showUpload(page, last, choose);
    return;
  }
  choose(page);
}

/** Chooses for an upload that was begun and is still open, or for a new one. */
function choose(page: Page): void {
  const { link, memory } = page;
  const open = link.uploads.find(
    ({ upload_id, stage }) => stage === 'receiving' && upload_id === memory.uploadId(),
  );
  const uploadId = open?.upload_id ?? newId();
  showChoosing(
    page,
    (chosen, plan) => {
      memory.begin(uploadId);
      startSending(page, uploadId, chosen, plan, choose);
    },
    open?.progress.size ?? 0,
  );
}

void open();
