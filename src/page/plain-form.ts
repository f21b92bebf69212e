import type { UploadBody } from '../schemas/uploads.js';
import type { Language } from '../user-messages/user-message.js';
import { formatSize, someOf } from './browser/format.js';
import { ICONS, type IconName } from './browser/icons.js';
import { isDelivered } from './delivered.js';
import { PAGE_TEXTS } from './texts/texts.js';

/** Name of the field with the URL of the page, which contains the secret of the link. */
export const LINK_FIELD = 'link';

/**
 * The form for browsers without JavaScript. Browsers never send what follows `#` in a URL, so the
 * user copies the URL into a field, which is sent before the files. `action`: the form's
 * destination.
 */
export function plainForm(language: Language, action: string): string {
  const t = PAGE_TEXTS[language];
  return `<section class="card">
<h2>${t.chooseFiles}</h2>
<p class="soft">${t.plainIntro}</p>
<form class="plain" method="post" action="${action}" enctype="multipart/form-data" accept-charset="utf-8">
<p><label for="link">${t.plainLink}</label>
<small id="link-help">${t.plainLinkHelp}</small>
<input id="link" name="${LINK_FIELD}" required maxlength="2000" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="link-help"></p>
<p><label for="files">${t.plainFiles}</label>
<input id="files" name="files" type="file" multiple required aria-describedby="files-help"></p>
<p class="soft" id="files-help">${t.plainWait}</p>
<p class="actions"><button class="primary">${t.plainSend}</button></p>
</form>
</section>`;
}

/** The outcome of an upload by the form. */
export interface PlainOutcome {
  /** Null if nothing was accepted. */
  upload: UploadBody | null;
  /** A sentence for the user; null if there is no error. */
  fault: string | null;
  /** Files that it is about. */
  named: string[];
  /** The given URL of the page contains no link. */
  linkMissing: boolean;
  application: string | null;
  /** Where the user goes back to; null if the link is unknown. */
  back: string | null;
}

/** The response to the form: the title and content of a page. */
export function plainAnswer(language: Language, outcome: PlainOutcome): { title: string; inside: string } {
  const t = PAGE_TEXTS[language];
  const { upload, fault, named, application, back } = outcome;
  const { title, kind, text } = headOf(language, outcome);
  const files = upload?.files ?? [];
  // Accepted files are in the table.
  const names = upload === null ? someOf(named, t) : '';
  const notices = (upload?.notices ?? []).map((one) => `<li>${escaped(one.user_message)}</li>`);
  const isWhole = upload?.state === 'done' && !files.some((file) => file.replaced);
  const rows = files.map((file) => row(language, file)).join('\n');
  const table = `<div class="table"><table>
<caption>${isWhole ? t.listDone : t.listSent}</caption>
<thead><tr><th scope="col">${t.file}</th><th scope="col" class="num">${t.size}</th></tr></thead>
<tbody>
${rows}
</tbody></table></div>`;
  const inside = `<section class="card">
<h2>${title}</h2>
${note(kind, `${names === '' ? '' : `<p class="lead">${escaped(names)}</p>`}<p>${escaped(text)}</p>`)}
${notices.length === 0 ? '' : note('warn', `<p class="lead">${t.doneWarnings}</p><ul>${notices.join('')}</ul>`)}
${rows === '' ? '' : table}
<p class="soft">${fault === null ? t.plainMore : t.plainAgain}</p>
${back === null ? '' : `<p class="actions"><a class="button primary" href="${escaped(back)}">${escaped(t.back(application ?? t.application))}</a></p>`}
</section>`;
  return { title, inside };
}

type Kind = 'info' | 'warn' | 'bad' | 'good';

function headOf(
  language: Language,
  { upload, fault, linkMissing, application }: PlainOutcome,
): { title: string; kind: Kind; text: string } {
  const t = PAGE_TEXTS[language];
  const state = upload?.state;
  if (state === 'waiting_for_authorization') {
    return {
      title: t.consentTitle,
      kind: 'warn',
      text: `${t.consentHelp(application ?? t.application)} ${t.consentParked}`,
    };
  }
  if (linkMissing) return { title: t.noLinkTitle, kind: 'bad', text: t.plainLinkMissing };
  if (fault !== null) {
    const text =
      upload === null
        ? fault
        : `${fault} ${upload.files.some(isDelivered) ? t.failedHelp : t.failedHelpNone}`;
    return { title: t.failedTitle, kind: 'bad', text };
  }
  if (state !== 'done') {
    return { title: t.arrivedTitle, kind: 'info', text: `${t.mayLeave} ${t.plainState}` };
  }
  if (upload?.files.some((file) => file.replaced)) {
    return { title: t.replacedTitle, kind: 'warn', text: t.replacedHelp };
  }
  return { title: t.doneTitle, kind: 'good', text: t.doneHelp };
}

/** A file of an ended upload, as on the page: see `browser/result-view.ts`. */
function row(language: Language, file: UploadBody['files'][number]): string {
  const { states } = PAGE_TEXTS[language];
  const { filename, size, status, checksum, error, replaced } = file;
  const safe = isDelivered(file);
  const state = replaced ? states.replaced : states[status === 'pending' ? 'arrived' : status];
  const said = `${safe ? icon('tick') : ''}${escaped(error?.user_message ?? state)}`;
  const sum =
    !safe || checksum === null
      ? ''
      : `<small class="md5">${escaped(checksum.replace('md5:', 'md5\u00a0'))}</small>`;
  return `<tr class="${safe ? 'safe' : status === 'pending' ? '' : 'bad'}"><th scope="row"><span class="name">${icon('file')}<span class="words"><bdi>${escaped(filename)}</bdi><small class="state">${said}</small>${sum}</span></span></th><td class="num">${size === null ? '' : formatSize(size, language)}</td></tr>`;
}

function note(kind: Kind, inside: string): string {
  const name = kind === 'good' ? 'tick' : kind === 'info' ? 'info' : 'warn';
  return `<div class="note ${kind}">${icon(name)}<div>${inside}</div></div>`;
}

function icon(name: IconName): string {
  return `<svg class="icon ${name}" viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text escaped for HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
