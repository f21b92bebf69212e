import { DomainError } from './errors.js';

/** The parameters of one entry of `Accept`. An open quotation ends with the header. */
const PARAMETER = /;\s*([\w!#$%&'*+.^`|~-]+)=("(?:[^"\\]|\\.?)*(?:"|$)|[\w!#$%&'*+.^`|~-]*)/g;

/**
 * The media type in which the client gets its response. Whole types are compared, with their
 * parameters and in their case. A type that is named wins over a wildcard whatever its quality, and
 * among named types the one with parameters, then the one of better quality. Only the full wildcard
 * counts as one. Throws 406 if the client accepts none
 * (`inveniosoftware/flask-resources:flask_resources/content_negotiation.py`,
 * `pallets/werkzeug:src/werkzeug/datastructures/accept.py`).
 */
export function acceptedType(
  header: string | undefined,
  known: readonly string[],
  fallback = 'application/json',
): string {
  const entries = (header ?? '').match(/(?:"(?:[^"\\]|\\.?)*(?:"|$)|[^,"])+/g) ?? [];
  const wanted = entries.flatMap(readEntry).sort(bySpecificityAndQuality);
  const named = wanted.find(({ type }) => known.includes(type));
  if (named !== undefined) return named.type;
  if (wanted.length === 0 || wanted.some(({ type }) => type === '*/*')) return fallback;
  throw new DomainError(406, `Invalid 'Accept' header. Expected one of: ${known.join(', ')}`);
}

interface Entry {
  /** With its parameters, except for the quality. */
  type: string;
  quality: number;
}

/** One entry, or none if it is empty or its quality is no number between 0 and 1. */
function readEntry(text: string): Entry[] {
  const [type = '', ...rest] = text.split(';');
  if (type.trim() === '') return [];
  const parameters = [...`;${rest.join(';')}`.matchAll(PARAMETER)].map(
    ([, name = '', value = '']) => [name.toLowerCase(), value] as const,
  );
  const quality = parameters.find(([name]) => name === 'q')?.[1] ?? '1';
  if (!/^\d+(?:\.\d+)?$/.test(quality) || Number(quality) > 1) return [];
  const others = parameters.filter(([name]) => name !== 'q').map(([name, value]) => `; ${name}=${value}`);
  return [{ type: type.trim() + others.join(''), quality: Number(quality) }];
}

function bySpecificityAndQuality(a: Entry, b: Entry): number {
  return specificity(b.type) - specificity(a.type) || b.quality - a.quality;
}

/** Higher for parts that are named, and for more parameters. */
function specificity(type: string): number {
  const [main, sub, ...parameters] = type.split(/[/;]/).map((part) => part.trim());
  if (main === '*') return 0;
  return sub === '*' ? 1 : 2 + parameters.length;
}
