/** The path of a request target: no query, no doubled slashes. */
export function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/\/{2,}/g, '/');
}

/** Whether a path is one of Zenodo's API: JSON errors and CORS instead of the pages' HTML. */
export function isApiPath(path: string): boolean {
  return path === '/api' || path.startsWith('/api/');
}

/** Whether a path belongs to the mock itself (`/` is its window), which no header, limit, fault or journal of Zenodo touches. */
export function isControlPath(path: string): boolean {
  return path === '/' || path === '/_mock' || path.startsWith('/_mock/');
}

/** Matches paths against a pattern: `:name` stands for one segment, `*` for anything, slashes included. */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const source = pattern
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/:\w+/g, '[^/]+');
  const expression = new RegExp(`^${source}$`, 's');
  return (path) => expression.test(path);
}

/** A request target whose path can be decoded: broken percent escapes become literal, as the framework of Zenodo reads them. */
export function repairedTarget(url: string): string {
  const [path = '', ...rest] = url.split(/(?=\?)/);
  const escaped = path.replace(/%(?![0-9a-fA-F]{2})/g, '%25');
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
