import type { FileEntry } from '../store/model.js';
import { type Html, html } from './html.js';

/**
 * Files with size and checksum. Each name is a link to what `link` returns; with null, it is not a
 * link.
 */
export function filesTable(
  files: Pick<FileEntry, 'key' | 'size' | 'md5' | 'status'>[],
  link: (key: string) => string | null,
): Html {
  if (files.length === 0) return html`<p class="soft">No files.</p>`;
  const rows = files.map(({ key, size, md5, status }) => {
    const address = status === 'completed' ? link(key) : null;
    const name = address === null ? html`${key}` : html`<a href="${address}">${key}</a>`;
    return html`<tr><td>${name}</td><td>${readableSize(size)}</td><td>${status === 'completed' ? html`<code>${md5}</code>` : status}</td></tr>\n`;
  });
  return html`<table class="files">
<thead><tr><th scope="col">File</th><th scope="col">Size</th><th scope="col">MD5</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

/** Bytes for people: `1.5 MB`, with factors of a thousand. */
export function readableSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const amount = bytes / 1000 ** step;
  return `${step === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[step]}`;
}
