import type { PageLinkBody } from '../../schemas/upload-page.js';
import { withParameters } from '../../upload-links/return-url.js';
import type { Language } from '../../user-messages/user-message.js';
import type { PageTexts } from '../texts/en.js';
import { PAGE_TEXTS, pageLanguage } from '../texts/texts.js';
import { type Calls, persist, Refusal } from './calls.js';
import { announce, h, note } from './dom.js';
import { formatSize, formatTime } from './format.js';
import { forget } from './memory.js';

/** All that the views of the page share. */
export interface Page {
  base: string;
  secret: string;
  calls: Calls;
  link: PageLinkBody;
  language: Language;
  t: PageTexts;
  size(bytes: number): string;
  time(seconds: number): string;
}

const main = document.querySelector('main') ?? document.body;

/** The language of the link, else that in which the page came. */
export function speak(locale: string | null): Pick<Page, 'language' | 't' | 'size' | 'time'> {
  const language = pageLanguage(locale ?? document.documentElement.lang);
  const t = PAGE_TEXTS[language];
  document.documentElement.lang = language;
  return {
    language,
    t,
    size: (bytes) => formatSize(bytes, language),
    time: (seconds) => formatTime(seconds, t),
  };
}

/** Shows a view in place of the last one. Returns its title, which gets the focus. */
export function show(
  t: PageTexts,
  application: string | null,
  title: string,
  ...content: (Node | null)[]
): HTMLElement {
  const heading = h('h2', { tabindex: '-1' }, title);
  const titled = application === null ? t.title : t.titleFor(application);
  document.title = `${title} · ${t.title}`;
  document.querySelector('dialog')?.remove();
  main.replaceChildren(
    h('header', {}, h('h1', {}, titled)),
    h('section', { class: 'card' }, heading, ...content),
    h('footer', {}, location.protocol === 'https:' ? `${t.encrypted} ${t.footer}` : t.footer),
  );
  // Questions and announcements of the last view are over. The title is read aloud because it gets
  // the focus.
  announce('');
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
  return heading;
}

/** What had the keyboard goes away: it goes on at the title. */
function focusTitle(): void {
  main.querySelector('h2')?.focus({ preventScroll: true });
}

/** Puts other content into a part of a view. A keyboard that was in there goes on at the title. */
export function exchange(part: HTMLElement, ...content: Node[]): void {
  const hadFocus = part.contains(document.activeElement);
  part.replaceChildren(...content);
  if (hadFocus) focusTitle();
}

/** Hides a control, or shows it. A keyboard that was on it goes on at the title. */
export function setHidden(control: HTMLElement, hidden: boolean): void {
  const hadFocus = hidden && document.activeElement === control;
  control.hidden = hidden;
  if (hadFocus) focusTitle();
}

/** Puts a note in the place of a part of a view, and has it read out. */
export function exchangeForNote(part: HTMLElement, kind: 'warn' | 'bad', title: string, text: string): void {
  exchange(part, note(kind, title, text));
  announce(`${title}. ${text}`);
}

/** The same, of a trouble that is waited out. */
export function exchangeForTrouble(part: HTMLElement, page: Pick<Page, 't'>, refusal: Refusal): void {
  const { title, text } = troubleWords(page, refusal);
  exchangeForNote(part, 'warn', title, text);
}

/** Zenodo is away for a while. */
const ZENODO_AWAY = new Set([
  'zenodo_error',
  'zenodo_unreachable',
  'zenodo_timeout',
  'zenodo_invalid_answer',
]);

/** Zenodo is away for a while, or takes no more calls at the moment. */
export function isZenodoAway(code: string): boolean {
  return ZENODO_AWAY.has(code) || code === 'too_many_requests';
}

/** Someone may have to do something before it goes on: the message of the response says what. */
function isLasting(code: string): boolean {
  return ['zenodo_refused', 'service_misconfigured', 'internal_error'].includes(code);
}

/**
 * A text about a transient error. The messages of most responses ask their reader to try again,
 * which this page does by itself.
 */
export function troubleWords(
  { t }: Pick<Page, 't'>,
  { status, code, message }: Pick<Refusal, 'status' | 'code' | 'message'>,
): { title: string; text: string } {
  if (code === 'silent') return { title: t.silent, text: t.silentHelp };
  if (status === 0) return { title: t.lineLost, text: t.lineLostHelp };
  if (isLasting(code)) return { title: t.busyTitle, text: message };
  return { title: t.busyTitle, text: `${busyText(t, status, code)} ${t.busyHelp}` };
}

function busyText(t: PageTexts, status: number, code: string): string {
  if (code === 'staging_full') return t.busyRoom;
  // Another request has the file.
  if (status === 423 || code === 'upload_offset_mismatch') return t.busyFile;
  return ZENODO_AWAY.has(code) ? t.busyZenodo : t.busyServer;
}

/** The URL of the application. The id of the link tells it what the user comes back from. */
function returnUrl({ return_url: url, upload_link_id: id }: PageLinkBody): string {
  return withParameters(url, { upload_link_id: id });
}

/** The link back to the application. */
export function backLink(
  { t, link }: Pick<Page, 't' | 'link'>,
  kind = 'primary',
  url = returnUrl(link),
): HTMLElement {
  return h('a', { class: `button ${kind}`, href: url }, t.back(link.application_name ?? t.application));
}

/**
 * The button for a user who is done: ends the link and returns to the application, whose URL gets
 * the upload's id.
 */
export function finishLink({ t, link, calls }: Page, uploadId: string): HTMLElement {
  const leave = (event: Event) => {
    event.preventDefault();
    forget(uploadId);
    calls.finish().then(
      ({ return_url }) => location.assign(return_url),
      () => location.assign(returnUrl(link)),
    );
  };
  const name = t.back(link.application_name ?? t.application);
  return h('a', { class: 'button primary', href: returnUrl(link), click: leave }, name);
}

/**
 * The button for a user who wants to send more files; null if the link takes no more. `leave` is
 * called when it is pressed.
 */
export function moreButton(
  page: Page,
  choose: (page: Page) => void,
  leave: () => void,
  name = page.t.more,
): HTMLElement | null {
  const { link, calls } = page;
  if (link.state !== 'active') return null;
  let pressed = false;
  const more = () => {
    if (pressed) return;
    pressed = true;
    const shown = (fresh: PageLinkBody) => {
      leave();
      choose({ ...page, link: fresh });
    };
    // What passes is tried again, while the view stays as it is.
    persist(
      () => calls.link(),
      () => undefined,
    ).then(shown, (refusal: unknown) => {
      if (!(refusal instanceof Refusal)) return;
      leave();
      showEnd(page, refusal);
    });
  };
  return h('button', { type: 'button', class: 'quiet', click: more }, name);
}

/** The view while the service is asked to discard an upload, for as long as the line is lost. */
export function showCancelling({ t, link }: Page): void {
  show(t, link.application_name, t.cancellingTitle, h('p', { class: 'soft' }, t.cancellingHelp));
}

/**
 * The view for an ended link, consent or upload. `kept`: what becomes of files after a new consent.
 */
export function showEnd(page: Page, refusal: Refusal, kept = ''): void {
  const { t, link } = page;
  const application = link.application_name;
  if (refusal.code === 'reauthorization_required') {
    show(
      t,
      application,
      t.consentTitle,
      note('warn', null, `${t.consentHelp(application ?? t.application)} ${kept}`.trim()),
      h('p', { class: 'actions' }, backLink(page)),
    );
    return;
  }
  const wrong = refusal.code === 'invalid_upload_link';
  const ended = refusal.code === 'upload_link_ended' || refusal.code === 'upload_link_not_found';
  const title = wrong ? t.wrongLinkTitle : ended ? t.expiredTitle : t.troubleTitle;
  show(
    t,
    application,
    title,
    note('warn', null, refusal.message || t.expiredHelp),
    h('p', { class: 'actions' }, backLink(page)),
  );
}
