/** The path of a request target: no query, no doubled slashes. */
export function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/\/{2,}/g, '/');
}

/**
 * Whether a path belongs to Zenodo's API: it has JSON errors and CORS instead of the HTML of the
 * pages.
 */
export function isApiPath(path: string): boolean {
  return path === '/api' || path.startsWith('/api/');
}

/**
 * Whether a path belongs to the mock itself (`/` is its window). Headers, limits, faults and the
 * journal of Zenodo do not apply to it.
 */
export function isControlPath(path: string): boolean {
  return path === '/' || path === '/healthz' || path === '/_mock' || path.startsWith('/_mock/');
}

/**
 * Matches paths against a pattern: `:name` stands for one segment, `*` for anything, slashes
 * included.
 */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const pieces = encoded(pattern)
    .replace(/\*+/g, '*')
    .split(/(\*|:\w+)/)
    .filter((piece) => piece !== '');
  return (path) => fitsPieces(pieces, path.slice(0, MAX_MATCHED).replace(ESCAPE, inUpperCase));
}

const ESCAPE = /%[0-9a-f]{2}/gi;
const inUpperCase = (text: string) => text.toUpperCase();

/** A pattern with the escapes that requests have, so that it can name a file as the user does. */
function encoded(pattern: string): string {
  const escaped = pattern.replace(/[^\x21-\x7e]/gu, (char) =>
    encodeURIComponent(Buffer.from(char).toString()),
  );
  return repairedTarget(escaped).replace(ESCAPE, inUpperCase);
}

/** The reason why no request can ever match a pattern, in a sentence. Null if one can. */
export function patternProblem(pattern: string): string | null {
  const never = `The path ${pattern} matches no request: `;
  if (!/^[/*]/.test(pattern)) return `${never}begin it with /.`;
  if (/[?#]/.test(pattern)) return `${never}leave out the query, which is not compared.`;
  if (pattern.includes('//')) return `${never}doubled slashes are read as one.`;
  // As OpenAPI and web frameworks write it.
  const [, placeholder, name] = /\/([{<](?:\w+:)?(\w+)[}>])(?=\/|$)/.exec(pattern) ?? [];
  if (placeholder !== undefined) return `${never}write :${name} instead of ${placeholder}.`;
  return isControlPath(pattern) ? `${never}it belongs to the mock itself.` : null;
}

/** Maximum length of the path that is matched. */
const MAX_MATCHED = 16_384;

/**
 * Keeps all positions of the path that the pieces so far can reach, so that no pattern takes longer
 * than the product of both lengths.
 */
function fitsPieces(pieces: string[], path: string): boolean {
  let reached = new Set([0]);
  for (const piece of pieces) {
    const next = new Set<number>();
    const [first = 0] = reached;
    if (piece === '*') {
      for (let at = first; at <= path.length; at += 1) next.add(at);
    } else if (/^:\w+$/.test(piece)) {
      for (let at = first; at < path.length; at += 1) {
        if (path.charAt(at) !== '/' && (reached.has(at) || next.has(at))) next.add(at + 1);
      }
    } else {
      for (const at of reached) if (path.startsWith(piece, at)) next.add(at + piece.length);
    }
    reached = next;
    if (reached.size === 0) return false;
  }
  return reached.has(path.length);
}

/** Characters that a path may contain unescaped (RFC 3986, pchar). */
const PATH_CHAR = /[\w.~!$&'()*+,;=:@-]/;

/**
 * A request target whose path can be decoded. Broken percent escapes become literal, as in Zenodo's
 * framework. Unnecessary escapes are removed, because it finds its routes by the decoded path
 * (WSGI, PEP 3333).
 */
export function repairedTarget(url: string): string {
  const [path = '', ...rest] = url.split(/(?=\?)/);
  const escaped = path.replace(/%(?![0-9a-fA-F]{2})/g, '%25').replace(/%[0-7][0-9a-fA-F]/g, (found) => {
    const char = decodeURIComponent(found);
    return PATH_CHAR.test(char) ? char : found;
  });
  try {
    decodeURIComponent(escaped);
    return [escaped, ...rest].join('');
  } catch {
    const replaced = escaped.replace(/(%[89a-fA-F][0-9a-fA-F])+/g, (bytes) =>
      encodeURIComponent(Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8')),
    );
    return [replaced, ...rest].join('');
  }
}
