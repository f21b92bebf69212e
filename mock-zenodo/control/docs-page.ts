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
<p>What tests do to this mock besides calling it as Zenodo. JSON in, JSON out; only from this machine, or with
<code>X-Control-Token</code>. The same as <a href="/_mock/openapi.json">OpenAPI document</a>, and for people <a href="/">as a window</a>.</p>
${operations.map(operationHtml)}
<h2><code>DELETE /_mock/faults/:id</code></h2>
<p>Remove one fault.</p>
<h2><code>GET /_mock/requests/stream</code></h2>
<p>What arrives from now on, as server-sent events: <code>request</code> when one begins and again when it ends, <code>cleared</code> when all are forgotten.</p>
<h1>Named faults</h1>
<p>Order one with <code>POST /_mock/faults</code> and <code>{"name": "…"}</code>; any other field overrides its own.</p>
<ul>${NAMED_FAULTS.map(({ name, says, source }) => html`<li><code>${name}</code> ${says} <small>${source}</small></li>`)}</ul>`,
  );
}

function operationHtml({ method, path, summary, query, body }: Operation): Html {
  const fields = [...fieldsOf(query), ...(body === null ? [] : fieldsOf(body))];
  return html`<h2><code>${method} /_mock${path}</code></h2>
<p>${summary}.</p>
${fields.length === 0 ? null : html`<ul>${fields.map(([name, schema]) => html`<li><code>${name}</code> ${describe(schema)}</li>`)}</ul>`}`;
}

function fieldsOf(schema: TSchema): [string, TSchema][] {
  if ('properties' in schema) return Object.entries(schema.properties as Record<string, TSchema>);
  if ('anyOf' in schema) return (schema.anyOf as TSchema[]).flatMap(fieldsOf);
  return [];
}

function describe(schema: TSchema): string {
  if ('description' in schema) return String(schema.description);
  const inner = 'items' in schema ? fieldsOf(schema.items as TSchema).map(([name]) => name) : [];
  return inner.length === 0 ? '' : `Each with any of: ${inner.join(', ')}.`;
}
