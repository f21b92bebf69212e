/** The page that shows errors which must not go back to a client. */
export const ERRORS_PAGE = '/oauth/errors';

type Parameters = Record<string, string | undefined>;

/**
 * Adds parameters to a URI's query, as oauthlib does: after the existing ones, with spaces as `+`.
 * Undefined ones are left out.
 */
export function withQuery(uri: string, parameters: Parameters): string {
  const [path = '', query = ''] = uri.split(/\?(.*)/s);
  const kept = [...new URLSearchParams(query)].map(pair);
  return `${path}?${[...kept, ...entries(parameters)].join('&')}`;
}

/** Adds parameters as a URI's fragment, in which implicit tokens are returned. */
export function withFragment(uri: string, parameters: Parameters): string {
  return `${uri}#${entries(parameters).join('&')}`;
}

function entries(parameters: Parameters): string[] {
  return Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [pair([name, value])],
  );
}

function pair([name, value]: [string, string]): string {
  return `${quotePlus(name)}=${quotePlus(value)}`;
}

/** Python's `quote_plus`, which escapes more than `encodeURIComponent`. */
function quotePlus(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
