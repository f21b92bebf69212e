import type { TSchema } from 'typebox';
import { NAMED_FAULTS } from '../faults/named.js';
import { type Html, html } from '../pages/html.js';
import { page } from '../pages/page.js';
import type { Operation } from './operation.js';

/** The control API for people: every call with its parameters, and every named fault. */
export function docsPage(operations: Operation[]): string {
  return page(
    'Control API',
    html`<h1>Control API</h1>
<p>These calls control the mock and do not exist at Zenodo. They take and return JSON. Callers from other machines need
the header <code>X-Control-Token</code>. There is also an <a href="/_mock/openapi.json">OpenAPI document</a>, and <a href="/">a window</a>
to use in a browser.</p>
${operations.map(operationHtml)}
<h2><code>DELETE /_mock/faults/:id</code></h2>
<p>Remove one fault.</p>
<h2><code>GET /_mock/requests/stream</code></h2>
<p>The requests that arrive from now on, as server-sent events: <code>request</code> when a request begins and again when it ends, <code>cleared</code> when the journal is cleared.</p>
<h1>Named faults</h1>
<p>Add one with <code>POST /_mock/faults</code> and <code>{"name": "…"}</code>. Any other field overrides that of the named fault.</p>
<ul>${NAMED_FAULTS.map(({ name, says, source }) => html`<li><code>${name}</code> ${says} <small>${source}</small></li>`)}</ul>`,
  );
}

function operationHtml({ method, path, summary, query, body }: Operation): Html {
  const fields = [...fieldsOf(query), ...(body === null ? [] : fieldsOf(body))];
  return html`<h2><code>${method} /_mock${path}</code></h2>
<p>${marked(summary)}.</p>
${fields.length === 0 ? null : html`<ul>${fields.map(([name, schema]) => html`<li><code>${name}</code> ${marked(describe(schema))}</li>`)}</ul>`}`;
}

function fieldsOf(schema: TSchema): [string, TSchema][] {
  if ('properties' in schema) return Object.entries(schema.properties as Record<string, TSchema>);
  if ('anyOf' in schema) return (schema.anyOf as TSchema[]).flatMap(fieldsOf);
  return [];
}

/** The text, with what stands in backticks as code. */
function marked(text: string): (Html | string)[] {
  return text.split('`').map((part, at) => (at % 2 === 0 ? part : html`<code>${part}</code>`));
}

function describe(schema: TSchema): string {
  if ('description' in schema) return String(schema.description);
  const inner = 'items' in schema ? fieldsOf(schema.items as TSchema).map(([name]) => name) : [];
  return inner.length === 0 ? '' : `Each with any of: ${inner.join(', ')}.`;
}
