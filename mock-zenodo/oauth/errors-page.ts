import { html } from '../pages/html.js';
import { page } from '../pages/page.js';

/** Shows an authorization error to the user, because it cannot be sent to the client. */
export function errorsPage(query: URLSearchParams): string {
  const description = query.get('error_description');
  const body = html`<h1>Authorization error</h1>
<p><code>${query.get('error') ?? 'unknown'}</code></p>
${description === null ? null : html`<p>${description}</p>`}
<p class="soft">The application that sent you here made a request that cannot be answered. It has not been told.</p>`;
  return page('Authorization error', body);
}
