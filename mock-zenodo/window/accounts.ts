import type { State, TokenState } from '../control/state-schema.js';
import { type Html, html } from '../pages/html.js';
import { callButton, copyable, newest } from './call-button.js';
import { shortTime } from './short-time.js';

const LIMIT = 50;

/** Tokens and their holders. They are not masked, because they only work with this mock. */
export function tokensPart({ tokens, apps, users }: State): Html {
  if (tokens.length === 0) return html`<p class="soft">No tokens.</p>`;
  const appName = (clientId: string | null) =>
    apps.find((app) => app.clientId === clientId)?.name ?? clientId ?? 'an unknown app';
  const ended = new Set(users.filter(({ active }) => active === false).map(({ username }) => username));
  return newest(tokens, LIMIT, (token) =>
    tokenCard(token, appName(token.clientId), ended.has(token.user ?? '')),
  );
}

function tokenCard(token: TokenState, appName: string, ended: boolean): Html {
  const { accessToken, refreshToken, kind, name, user, scopes, expiresAt } = token;
  const expired = token.expired || ended;
  const holder = kind === 'personal' ? `${user} (personal token “${name}”)` : `${appName}, for ${user}`;
  const lasting = expiresAt === null ? 'never expires' : `until ${shortTime(expiresAt)}`;
  const life = ended ? 'account deactivated' : expired ? 'expired' : lasting;
  return html`<article>
<h3>${holder} <span class="tag${expired ? ' expired' : ''}">${life}</span></h3>
<p>${copyable(`copy-${accessToken}`, `the token of ${holder}`, accessToken)}</p>
${refreshToken === null ? null : html`<p class="soft">refresh token <code>${refreshToken}</code></p>`}
<p class="soft">${scopes.length === 0 ? 'no scopes' : scopes.join(' ')}</p>
<p class="actions">${expired ? null : callButton(`expire-${accessToken}`, 'Expire', 'POST /_mock/tokens/expire', { token: accessToken }, accessToken)}
${callButton(`revoke-${accessToken}`, 'Revoke', 'POST /_mock/tokens/revoke', { token: accessToken }, accessToken)}</p>
</article>
`;
}

/** Registered apps with what a client needs to be one of them. */
export function appsPart({ apps, users }: State): Html {
  if (apps.length === 0) return html`<p class="soft">No apps.</p>`;
  return newest(apps, LIMIT, ({ clientId, clientSecret, name, redirectUris, confidential, ownerId }) => {
    const owner = users.find(({ id }) => id === ownerId)?.username ?? 'nobody';
    const uris = redirectUris.map((uri) => (uri === '*loopback*' ? 'any loopback address' : uri));
    return html`<article>
<h3>${name} <span class="tag">${confidential ? 'confidential' : 'public'}</span></h3>
<dl>
<dt>client_id</dt><dd>${copyable(`copy-id-${clientId}`, `the id of ${name}`, clientId)}</dd>
<dt>client_secret</dt><dd>${copyable(`copy-secret-${clientId}`, `the secret of ${name}`, clientSecret)}</dd>
<dt>redirect URIs</dt><dd>${uris.map((uri) => html`<span>${uri}</span> `)}</dd>
<dt>owner</dt><dd>${owner}</dd>
</dl>
</article>
`;
  });
}
