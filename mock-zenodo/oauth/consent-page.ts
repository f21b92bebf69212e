import { html } from '../pages/html.js';
import { page } from '../pages/page.js';
import type { User } from '../store/model.js';
import type { AuthorizeRequest } from './authorize-request.js';
import { scopeById } from './scopes.js';

/**
 * The page that asks for consent. Its form is submitted to the same URL with one field, `confirm`,
 * and has no CSRF field, as on Zenodo.
 */
export function consentPage(shown: {
  wanted: AuthorizeRequest;
  user: User;
  owner: User | undefined;
  /** Where the user can choose another account. */
  switchUser: string;
}): string {
  const { user, owner, switchUser } = shown;
  const { app, scopes, redirectUri } = shown.wanted;
  const rows = scopes.map((id) => {
    const scope = scopeById(id);
    return html`<li>${scope?.label} <small>(<code>${id}</code>)</small></li>\n`;
  });
  const website = /^https?:/i.test(app.website)
    ? html`<p><a href="${app.website}" rel="noreferrer">Visit application website</a></p>`
    : null;
  const body = html`<h1>Authorize application</h1>
<p>Application <strong>${app.name}</strong> by ${owner?.username} wants permission to access your account.</p>
${app.description === '' ? null : html`<p class="soft">${app.description}</p>`}
${website}
<h2>Review permissions</h2>
${rows.length > 0 ? html`<ul>\n${rows}</ul>` : html`<p>None beyond knowing who you are.</p>`}
<h2>Account</h2>
<p>Logged in as <strong>${user.username}</strong>. <a href="${switchUser}">Use another account</a></p>
<form action="" method="POST">
<button class="main" type="submit" name="confirm" value="yes">Authorize application</button>
<button type="submit" name="confirm" value="no">Reject</button>
</form>
<p><small>Either way you will be sent to ${new URL(redirectUri).origin}.</small></p>`;
  return page('Authorize application', body);
}
