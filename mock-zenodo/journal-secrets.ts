import type { Store } from './store/store.js';

const NAMES =
  '(?:access|refresh|id|auth)?_?token|client_(?:secret|assertion)|secret|password|api_?key|code|code_verifier';
/** In a query or a form, which may itself stand percent-encoded in a query. */
const IN_FORM = new RegExp(`((?:^|[?&#\\s"']|%(?:3F|26))(?:${NAMES})(?:=|%3D))[^&\\s"'<]*`, 'gi');
/** A name of a query or a form, and whether it is a secret one once it is decoded. */
const FORM_NAME = /(?<=^|[?&])([^&=\s"'<]{1,200})=[^&\s"'<]*/g;
const SECRET_NAME = new RegExp(`^(?:${NAMES})$`, 'i');
const IN_JSON = new RegExp(`("(?:${NAMES})"\\s*:\\s*)(?:"((?:[^"\\\\]|\\\\.)*)|-?\\d[\\d.e+-]*)`, 'gi');
const IN_MULTIPART = new RegExp(`(name="?(?:${NAMES})"?\\r\\n(?:[^\\r\\n]+\\r\\n)*\\r\\n)[^\\r\\n]*`, 'gi');
/** Headers that are secret except for their scheme. */
const SECRET_HEADERS = /authorization|cookie|token|secret|password|api-?key/;

/** Masks the secrets of one exchange. */
export interface Masking {
  /** Masks secrets by their names in queries, forms and JSON, and all that the mock knows. */
  text(text: string): string;
  /**
   * A path with its query. Only the query is searched for what the mock knows, because a short
   * secret may be a part of a file's name.
   */
  target(url: string): string;
  /** Headers as one text each. */
  headers(
    headers: Readonly<Record<string, number | string | readonly string[] | undefined>>,
  ): Record<string, string>;
}

/** Masks secrets in a text by their names in queries, forms and JSON. */
function masked(text: string): string {
  return text
    .replace(IN_FORM, '$1***')
    .replace(FORM_NAME, (found, name: string) => (isSecret(name) ? `${name}=***` : found))
    .replace(IN_JSON, (_found, name: string, quoted?: string) =>
      quoted === undefined ? `${name}***` : `${name}"***`,
    )
    .replace(IN_MULTIPART, '$1***');
}

/** Whether a name that may be percent-encoded is that of a secret. */
function isSecret(name: string): boolean {
  const decoded = name.replace(/%([0-7][0-9a-f])/gi, (_found, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return SECRET_NAME.test(decoded);
}

/** Masks every token, code and secret that the mock knows now, wherever it occurs. */
export function maskingFor(store: Store): Masking {
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
  secrets.sort((a, b) => b.length - a.length);
  const mask = (text: string): string => {
    let result = masked(text);
    for (const secret of secrets) {
      if (secret.length >= 4 && result.includes(secret)) result = result.replaceAll(secret, '***');
    }
    return result;
  };
  return {
    text: mask,
    target: (url) => masked(url).replace(/\?.*$/s, mask),
    headers: (headers) =>
      Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) => {
          if (value === undefined) return [];
          const text = Array.isArray(value) ? value.join(', ') : String(value);
          return [[name, SECRET_HEADERS.test(name) ? maskedHeader(text) : mask(text)]];
        }),
      ),
  };
}

/** `Bearer …` becomes `Bearer ***`, and a cookie `name=***`. */
function maskedHeader(text: string): string {
  const scheme = /^(?:bearer|basic|digest|token) /i.exec(text)?.[0] ?? /^[\w-]+=/.exec(text)?.[0] ?? '';
  return `${scheme}***`;
}
