import { FaultSchema } from '../faults/fault.js';
import { type Html, html } from '../pages/html.js';

/**
 * How a field is entered: `text` as it is, `number` and `json` as JSON, `list` separated by spaces,
 * `flag` as a checkbox.
 */
type Kind = 'text' | 'number' | 'json' | 'list' | 'flag' | 'side';

interface Field {
  name: keyof typeof FaultSchema.properties;
  label: string;
  kind: Kind;
  placeholder?: string;
}

/**
 * All fields of a fault, in groups. Their descriptions come from the schema.
 */
const GROUPS: { title: string; fields: Field[] }[] = [
  {
    title: 'Which requests',
    fields: [
      { name: 'method', label: 'Methods', kind: 'list', placeholder: 'any' },
      { name: 'path', label: 'Paths', kind: 'list', placeholder: '/api/*' },
      { name: 'user', label: 'User', kind: 'text', placeholder: 'everybody' },
      { name: 'form', label: 'Form fields', kind: 'json', placeholder: '{"grant_type": "refresh_token"}' },
      { name: 'times', label: 'Times', kind: 'number', placeholder: 'every time' },
      { name: 'after', label: 'Skip first', kind: 'number', placeholder: '0' },
      { name: 'probability', label: 'Probability', kind: 'number', placeholder: '1' },
      { name: 'seed', label: 'Random seed', kind: 'text' },
      { name: 'ttl', label: 'Remove after (s)', kind: 'number', placeholder: 'never' },
    ],
  },
  {
    title: 'Response',
    fields: [
      { name: 'status', label: 'Status', kind: 'number', placeholder: '503' },
      { name: 'body', label: 'Body', kind: 'json', placeholder: '{"message": "…"}' },
      { name: 'headers', label: 'Headers', kind: 'json', placeholder: '{"retry-after": "60"}' },
      { name: 'html', label: "Proxy's HTML page", kind: 'flag' },
      { name: 'done', label: 'Process the request', kind: 'flag' },
      { name: 'drop', label: 'Process, no response', kind: 'flag' },
      { name: 'replace', label: 'Replace', kind: 'json', placeholder: '[{"find": "…", "with": "…"}]' },
      { name: 'lag', label: 'Listings lag (s)', kind: 'number' },
      { name: 'revokeToken', label: 'Revoke token', kind: 'flag' },
    ],
  },
  {
    title: 'Speed and connection',
    fields: [
      { name: 'delay', label: 'Delay (s)', kind: 'number', placeholder: '2' },
      { name: 'throttleRequest', label: 'Upload (bytes/s)', kind: 'number', placeholder: '100000' },
      { name: 'shared', label: 'Shared by all uploads', kind: 'flag' },
      { name: 'throttleResponse', label: 'Download (bytes/s)', kind: 'number', placeholder: '100000' },
      { name: 'reset', label: 'Reset during', kind: 'side' },
      { name: 'stopReading', label: 'Stop reading', kind: 'flag' },
      { name: 'atBytes', label: 'At byte', kind: 'number' },
      { name: 'atFraction', label: 'At fraction', kind: 'number', placeholder: '0.5' },
    ],
  },
];

/** Presets of the form. */
const RECIPES: [label: string, fields: Record<string, string>][] = [
  ['Slow responses', { path: '/api/*', delay: '2' }],
  ['Slow upload', { path: '/api/files/*', throttleRequest: '100000' }],
  ['Slow download', { path: '/api/records/*', throttleResponse: '100000' }],
  ['Occasional 503', { path: '/api/*', status: '503', probability: '0.2' }],
  [
    'Upload cut in the middle',
    { method: 'PUT', path: '/api/files/*', reset: 'request', atFraction: '0.5', times: '1' },
  ],
  [
    'Download cut in the middle',
    { method: 'GET', path: '/api/records/*', reset: 'response', atFraction: '0.5', times: '1' },
  ],
  ['Lost responses', { method: 'POST', path: '/api/*', drop: 'true', times: '1' }],
  [
    'Published, but 504',
    {
      method: 'POST',
      path: '/api/deposit/depositions/:id/actions/publish',
      done: 'true',
      status: '504',
      times: '1',
    },
  ],
  [
    'Too many requests',
    {
      path: '/api/*',
      status: '429',
      body: '{"status": 429, "message": "100 per 1 minute"}',
      headers: '{"retry-after": "60"}',
      times: '1',
    },
  ],
  ["The proxy's own page", { path: '/api/*', status: '500', html: 'true', times: '1' }],
  [
    'Upload stalls',
    { method: 'PUT', path: '/api/files/*', stopReading: 'true', atFraction: '0.5', times: '1' },
  ],
  ['One slow line', { path: '/api/files/*', throttleRequest: '100000', shared: 'true' }],
  [
    'Wrong checksum',
    {
      method: 'PUT',
      path: '/api/files/*',
      replace: '[{"find": "md5:[0-9a-f]{32}", "with": "md5:00000000000000000000000000000000"}]',
      times: '1',
    },
  ],
  ['Token dies', { path: '/api/*', revokeToken: 'true', times: '1' }],
  ['Listings lag', { method: 'GET', path: '/api/records', lag: '60' }],
];

/** The form for a custom fault, with every field that the control API accepts. */
export function effectForm(): Html {
  return html`<details class="own"><summary>Custom fault</summary>
<p class="actions" role="group" aria-label="Recipes">${RECIPES.map(
    ([label, fields], index) =>
      html`<button type="button" class="small" id="recipe-${index}" data-fill="${JSON.stringify(fields)}">${label}</button>\n`,
  )}</p>
<form id="effects" data-call="POST /_mock/faults">
${GROUPS.map(({ title, fields }) => html`<fieldset><legend>${title}</legend>${fields.map(control)}</fieldset>\n`)}
<button class="main">Switch on</button>
<button type="reset">Clear</button>
</form></details>`;
}

function control({ name, label, kind, placeholder = '' }: Field): Html {
  const says = String((FaultSchema.properties[name] as { description?: string }).description ?? '');
  if (kind === 'flag') {
    return html`<label class="flag" title="${says}"><input type="checkbox" name="${name}" value="true" data-type="json"> ${label}</label>`;
  }
  if (kind === 'side') {
    return html`<label title="${says}">${label} <select name="${name}"><option value="">never</option><option value="request">the upload</option><option value="response">the download</option></select></label>`;
  }
  const type = kind === 'number' ? 'json' : kind;
  return html`<label title="${says}">${label} <input name="${name}" data-type="${type}" placeholder="${placeholder}" autocomplete="off"${kind === 'number' ? html` inputmode="decimal"` : null}></label>`;
}
