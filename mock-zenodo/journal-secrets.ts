import type { Store } from './store/store.js';

const NAMES =
  '(?:access|refresh|id|auth)?_?token|client_(?:secret|assertion)|secret|password|api_?key|code|code_verifier';
/** In a query or a form, which may itself stand percent-encoded in a query. */
const IN_FORM = new RegExp(`((?:^|[?&#\\s"']|%(?:3F|26))(?:${NAMES})(?:=|%3D))[^&\\s"'<]*`, 'gi');
const IN_JSON = new RegExp(`("(?:${NAMES})"\\s*:\\s*")[^"]*`, 'gi');
const IN_MULTIPART = new RegExp(`(name="?(?:${NAMES})"?\\r\\n(?:[^\\r\\n]+\\r\\n)*\\r\\n)[^\\r\\n]*`, 'gi');
/** Headers that are secret except for their scheme. */
const SECRET_HEADERS = /authorization|cookie|token|secret|password|api-?key/;

/** Masks secrets in a text by their names in queries, forms and JSON. */
export function masked(text: string): string {
  return text.replace(IN_FORM, '$1***').replace(IN_JSON, '$1***').replace(IN_MULTIPART, '$1***');
}

/** Also masks every token, code and secret that the mock knows, wherever it occurs. */
export function maskedFor(store: Store, text: string): string {
  let result = masked(text);
  const tokens = [...store.tokens.values()].flatMap(({ accessToken, refreshToken }) => [
    accessToken,
    refreshToken ?? '',
  ]);
  const secrets = [
    ...tokens,
    ...store.codes.keys(),
    ...[...store.apps.values()].map(({ clientSecret }) => clientSecret),
  ];
  // The longest come first, because `mock-token` is a part of `mock-token-2`.
  for (const secret of secrets.sort((a, b) => b.length - a.length)) {
    if (secret.length >= 4 && result.includes(secret)) result = result.replaceAll(secret, '***');
  }
  return result;
}

/** Headers as one text each, with secrets masked. */
export function maskedHeaders(
  store: Store,
  headers: Readonly<Record<string, number | string | readonly string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const text = Array.isArray(value) ? value.join(', ') : String(value);
      return [[name, SECRET_HEADERS.test(name) ? maskedHeader(text) : maskedFor(store, text)]];
    }),
  );
}

/** `Bearer …` becomes `Bearer ***`, and a cookie `name=***`. */
function maskedHeader(text: string): string {
  const scheme = /^(?:bearer|basic|digest|token) /i.exec(text)?.[0] ?? /^[\w-]+=/.exec(text)?.[0] ?? '';
  return `${scheme}***`;
}
