import { problem } from '../errors.js';
import { isCallbackUrl, isLoopbackUrl } from '../urls.js';

/**
 * Throws unless browsers may be sent to this URL: it must equal an allowed one or, in development,
 * be loopback. `field` is its name in the request.
 */
export function checkCallbackUrl(
  url: string,
  allowed: string[] | 'loopback',
  field = 'django_callback_url',
): void {
  if (!isCallbackUrl(url)) {
    throw problem(
      'invalid_request',
      `${field} must be an absolute http or https URL without user, password or fragment.`,
      {
        errors: [
          { field, message: 'is not an absolute http or https URL without user, password or fragment' },
        ],
      },
    );
  }
  if (allowed === 'loopback' ? isLoopbackUrl(url) : allowed.includes(url)) return;
  throw problem(
    'callback_url_not_allowed',
    `${field} is ${withoutQuery(url).slice(0, 500)}, which is not one of the allowed callback URLs. They are compared byte for byte. The operator lists them in ALLOWED_CALLBACK_URLS.`,
    { errors: [{ field, message: 'is not allowed' }] },
  );
}

/**
 * Whether two callback URLs are the same page. Applications may send the URL that the browser came
 * to, including its query.
 */
export function isSamePage(one: string, other: string): boolean {
  return withoutQuery(one) === withoutQuery(other);
}

/** A URL without its query, which may contain secrets. */
export function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? '';
}
