import { sanitiseHtml } from '../metadata/text/sanitise-html.js';
import type { Deposition, RecordState } from '../store/model.js';
import type { Citation } from './citation.js';
import { EXPORT_FORMATS } from './export-routes.js';
import { filesTable } from './files-table.js';
import { type Html, html } from './html.js';
import { page } from './page.js';

/** What the page of a record or draft shows. */
interface ShownRecord {
  deposition: Deposition;
  state: RecordState;
  citation: Citation;
  /** Its state: a published record, or the purpose of its draft. */
  standing: Html;
  /** Published versions, oldest first. */
  versions: Deposition[];
  links: Record<string, string>;
  /** Null if the reader may not see the files. */
  fileAddress: ((key: string) => string) | null;
}

/**
 * The page of a record, which people and download tools follow. It also serves as the page of a
 * draft, where Zenodo shows its upload form.
 */
export function recordPage(shown: ShownRecord): string {
  const { deposition, state, citation, standing, versions, links, fileAddress } = shown;
  const { doi, conceptDoi } = citation;
  const title = citation.title === '' ? 'Untitled' : citation.title;
  const body = html`<p class="soft">${standing}</p>
<h1>${title}</h1>
<p>${citation.authors.map(({ name, orcid }, index) => [index === 0 ? null : html`; `, orcid === undefined ? html`${name}` : html`<a href="https://orcid.org/${orcid}">${name}</a>`])}</p>
${doi === undefined ? null : html`<p><a href="https://doi.org/${doi}"><img src="/badge/doi/${encodeURIComponent(doi)}.svg" alt="DOI ${doi}" height="20"></a></p>`}
<dl>
${field('Published', citation.date)}${field('Type', citation.type)}${field('Version', citation.version)}${field('Licence', citation.licences.join(', '))}${field('Keywords', citation.keywords.join(', '))}${field('Cite all versions', conceptDoi)}${field('Access', state.access.files === 'public' ? undefined : 'Files are restricted')}</dl>
${citation.description === undefined ? null : { markup: `<div>${sanitiseHtml(citation.description)}</div>` }}
<h2>Files</h2>
${fileAddress === null ? html`<p>The files are not open to you.</p>` : filesTable(state.files, fileAddress)}
${versions.length === 0 ? null : html`<h2>Versions</h2>\n<ul>${versions.map((version) => versionItem(version, deposition))}</ul>`}
${state === deposition.draft ? null : html`<h2>Export</h2>\n<p>${EXPORT_FORMATS.map((format) => html`<a href="/records/${deposition.id}/export/${format}">${format}</a> `)}</p>`}
<details>
<summary>Links of the API</summary>
<dl>
${Object.entries(links).map(([name, address]) => field(name, html`<a href="${address}">${address}</a>`))}</dl>
</details>`;
  return page(title, body);
}

function field(name: string, value: Html | string | undefined): Html | null {
  return value === undefined || value === '' ? null : html`<dt>${name}</dt><dd>${value}</dd>\n`;
}

function versionItem(version: Deposition, shown: Deposition): Html {
  const label = version.record?.metadata['version'];
  const name = `Version ${typeof label === 'string' ? label : version.versionIndex}`;
  const date = String(version.record?.metadata['publication_date'] ?? '');
  if (version === shown) return html`<li aria-current="page">${name}, ${date} (this one)</li>\n`;
  return html`<li><a href="/records/${version.id}">${name}</a>, ${date}</li>\n`;
}
