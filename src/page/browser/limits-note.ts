import { h } from './dom.js';
import type { Page } from './page.js';

/** The limits and the expiry of the link. */
export function limitsNote({ t, link, size, language }: Page): HTMLElement {
  const { limits, draft, folders, sync } = link;
  const there = draft?.files ?? [];
  // With sync, existing files are removed, so all of the space is free.
  const free = sync ? limits.deposition_bytes : (draft?.free_bytes ?? limits.deposition_bytes);
  const places = limits.deposition_files - (sync ? 0 : there.length);
  const bytes = Math.max(0, Math.min(free, limits.max_bytes - limits.used_bytes));
  const files = Math.max(0, Math.min(places, limits.max_files - limits.used_files));
  const one = bytes > limits.max_file_bytes ? t.limitOfOne(size(limits.max_file_bytes)) : '';
  return h(
    'ul',
    { class: 'limits' },
    h('li', {}, `${t.limits(files, size(bytes))} ${one}`.trim()),
    h('li', {}, folders === 'zip' ? t.foldersZip : t.foldersNever),
    sync && there.length > 0 ? h('li', {}, t.syncHelp) : null,
    h('li', {}, t.until(timeOf(new Date(link.expires_at), language))),
  );
}

/** A time, with its day if that is not today. */
function timeOf(at: Date, language: string): string {
  const { format } = new Intl.DateTimeFormat(language, { dateStyle: 'long' });
  const day = format(at) === format(new Date()) ? {} : ({ day: 'numeric', month: 'long' } as const);
  return new Intl.DateTimeFormat(language, { ...day, hour: 'numeric', minute: '2-digit' }).format(at);
}
