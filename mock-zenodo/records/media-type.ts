import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors.js';

/** How a record is shown: Zenodo's own JSON unless the client asks for another. */
export type Dialect = 'zenodo' | 'rdm';

const DIALECTS = new Map<string, Dialect>([
  ['application/json', 'zenodo'],
  ['application/vnd.zenodo.v1+json', 'zenodo'],
  ['application/vnd.inveniordm.v1+json', 'rdm'],
  ['*/*', 'zenodo'],
]);

/**
 * The dialect that a client asks for; among several the one it prefers by `q`. Throws 406 when it takes none of them. The
 * default is Zenodo's JSON, for drafts too (ttm/music#86).
 */
export function dialectOf(request: FastifyRequest): Dialect {
  const { accept } = request.headers;
  if (accept === undefined || accept.trim() === '') return 'zenodo';
  const wanted = accept.split(',').map((entry) => {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { dialect: DIALECTS.get(type.toLowerCase()), quality: Number(quality?.slice(2) ?? 1) };
  });
  const best = wanted
    .filter(({ dialect, quality }) => dialect !== undefined && quality > 0)
    .sort((a, b) => b.quality - a.quality)[0]?.dialect;
  if (best !== undefined) return best;
  const known = [...DIALECTS.keys()].filter((type) => type !== '*/*').join(', ');
  throw new DomainError(406, `Invalid 'Accept' header. Expected one of: ${known}`);
}

/** The content type of an answer in a dialect. */
export function contentTypeOf(request: FastifyRequest, dialect: Dialect): string {
  if (dialect === 'rdm') return 'application/vnd.inveniordm.v1+json';
  const zenodo = 'application/vnd.zenodo.v1+json';
  const asked = request.headers.accept ?? '';
  return asked.includes(zenodo) && !asked.includes('application/json') ? zenodo : 'application/json';
}
