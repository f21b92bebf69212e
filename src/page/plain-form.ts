import type { UploadBody } from '../schemas/uploads.js';
import type { Language } from '../user-messages/user-message.js';
import { formatSize } from './browser/format.js';
import { PAGE_TEXTS } from './texts/texts.js';

/** Name of the field with the address of the page, which holds the secret of the link. */
export const LINK_FIELD = 'link';

/**
 * What stands in place of the page in a browser without JavaScript. No browser sends what stands
 * behind `#` of an address, so the person copies it into a field: the form brings it in its body,
 * before the files. `action`: where the form goes.
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
<input id="files" name="files" type="file" multiple required></p>
<p class="note">${t.plainWait}</p>
<p class="actions"><button class="primary">${t.plainSend}</button></p>
</form>
</section>`;
}

/** What became of an upload that came by the form. */
export interface PlainOutcome {
  /** Null if nothing was taken. */
  upload: UploadBody | null;
  /** A sentence for the person; null if all is well so far. */
  fault: string | null;
  application: string | null;
  /** Where they go back to; null if the link is not known. */
  back: string | null;
}

/** The answer to the form, in words: the inside of the page. */
export function plainAnswer(language: Language, { upload, fault, application, back }: PlainOutcome): string {
  const t = PAGE_TEXTS[language];
  const replaced = upload?.files.some((file) => file.replaced) === true;
  const [title, kind, text] =
    fault !== null
      ? [t.failedTitle, 'bad', fault]
      : upload?.state !== 'done'
        ? [t.sendingTitle, 'info', t.mayLeave]
        : replaced
          ? [t.replacedTitle, 'warn', t.replacedHelp]
          : [t.doneTitle, 'good', t.doneHelp];
  const notices = (upload?.notices ?? []).map((one) => `<li>${escaped(one.user_message)}</li>`);
  const rows = (upload?.files ?? []).map((file) => {
    const state = file.replaced
      ? t.states.replaced
      : t.states[file.status === 'pending' ? 'arrived' : file.status];
    const size = file.size === null ? '' : formatSize(file.size, language);
    const said = escaped(file.error?.user_message ?? state);
    return `<tr><th scope="row">${escaped(file.filename)}<small>${said}</small></th><td class="num">${size}</td></tr>`;
  });
  return `<section class="card">
<h2>${title}</h2>
<div class="note ${kind}"><div><p>${escaped(text)}</p></div></div>
${notices.length === 0 ? '' : `<div class="note warn"><div><p class="lead">${t.doneWarnings}</p><ul>${notices.join('')}</ul></div></div>`}
${rows.length === 0 ? '' : `<div class="table"><table><caption>${upload?.state === 'done' && !replaced ? t.listDone : t.listSent}</caption><thead><tr><th scope="col">${t.file}</th><th scope="col" class="num">${t.size}</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`}
<p class="soft">${fault === null ? t.plainMore : t.plainAgain}</p>
${back === null ? '' : `<p class="actions"><a class="button primary" href="${escaped(back)}">${escaped(t.back(application ?? t.application))}</a></p>`}
</section>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
