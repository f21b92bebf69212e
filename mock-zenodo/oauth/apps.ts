import type { MockContext } from '../context.js';
import { validationError } from '../errors.js';
import type { App } from '../store/model.js';
import type { Store } from '../store/store.js';

/**
 * The redirect URI entry of an app that stands for any `http://localhost` or `http://127.0.0.1`
 * URL.
 */
const ANY_LOOPBACK = '*loopback*';

/**
 * What registering an app needs. The id (40 characters) and the secret (60) are generated unless
 * given.
 */
interface AppRegistration {
  name: string;
  ownerId: number;
  redirectUris: string[];
  description?: string | undefined;
  website?: string | undefined;
  confidential?: boolean | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  defaultScopes?: string[] | undefined;
}

/**
 * Registers an app as Settings > Applications does. Throws a validation error for an unknown owner
 * or a redirect URI that Zenodo refuses.
 */
export function registerApp(mock: MockContext, wanted: AppRegistration): App {
  if (!mock.store.users.has(wanted.ownerId)) {
    throw validationError([{ field: 'owner', messages: ['There is no such user.'] }]);
  }
  const errors = wanted.redirectUris.flatMap((uri, index) => {
    const fault = redirectUriFault(uri);
    return fault === null ? [] : [{ field: `redirectUris.${index}`, messages: [fault] }];
  });
  if (wanted.redirectUris.length === 0) {
    errors.push({ field: 'redirectUris', messages: ['This field is required.'] });
  }
  if (errors.length > 0) throw validationError(errors);
  const app: App = {
    clientId: wanted.clientId ?? mock.ids.alphanumeric(40),
    clientSecret: wanted.clientSecret ?? mock.ids.alphanumeric(60),
    name: wanted.name,
    description: wanted.description ?? '',
    website: wanted.website ?? '',
    redirectUris: wanted.redirectUris,
    confidential: wanted.confidential ?? true,
    ownerId: wanted.ownerId,
    defaultScopes: wanted.defaultScopes ?? [],
  };
  mock.store.apps.set(app.clientId, app);
  return app;
}

/**
 * Whether the account that registered an app is blocked. Zenodo then acts as if the app did not
 * exist (`inveniosoftware/invenio-oauth2server:invenio_oauth2server/models.py`).
 */
export function ownerBlocked(store: Store, app: App): boolean {
  return store.users.get(app.ownerId)?.blocked ?? false;
}

/** Whether an app may use a redirect URI: an exact comparison with those that it registered. */
export function acceptsRedirect(app: App, uri: string): boolean {
  if (app.redirectUris.includes(uri)) return uri !== ANY_LOOPBACK;
  return app.redirectUris.includes(ANY_LOOPBACK) && isLoopback(uri);
}

/**
 * The URI that is used if a request names none. Undefined for an app that accepts any loopback URL.
 */
export function defaultRedirect(app: App): string | undefined {
  return app.redirectUris.find((uri) => uri !== ANY_LOOPBACK);
}

/**
 * Zenodo accepts `https`, and `http` only on this machine
 * (`inveniosoftware/invenio-oauth2server:invenio_oauth2server/validators.py`).
 */
function redirectUriFault(uri: string): string | null {
  if (uri === ANY_LOOPBACK || isLoopback(uri)) return null;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^/?#]+/i.exec(uri)?.[1];
  if (scheme === undefined || /[^\x21-\x7e]/.test(uri) || !URL.canParse(uri)) return 'Invalid redirect URI.';
  return scheme.toLowerCase() === 'https' ? null : 'The redirect URI must use https, or http on localhost.';
}

function isLoopback(uri: string): boolean {
  return /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?([/?][\x21-\x7e]*)?$/.test(uri) && URL.canParse(uri);
}
