import { distance } from 'fastest-levenshtein';

/** One of Zenodo's routes. */
export interface Route {
  method: string;
  /** `:name` stands for one segment, `*` for the rest. */
  url: string;
}

/** How many are listed, and how far away the farthest may be: one and a half segments. */
const MOST = 3;
const FARTHEST = 1.5;
/** Of a segment that was left out, as in `/api/depositions`: less than of a different one. */
const LEFT_OUT = 0.45;
/**
 * How many segments of a path are compared, and how long they may be. Longer ones resemble no
 * route.
 */
const COMPARED = { segments: 20, length: 100 };

/**
 * The routes nearest to a call that matches none, as `GET /api/records/:id`, the best first. Empty
 * if none is near.
 */
export function nearestRoutes(routes: readonly Route[], method: string, path: string): string[] {
  const compared = segmentsOf(path).slice(0, COMPARED.segments);
  const ranked = routes
    .filter((route) => route.method !== 'HEAD' && route.method !== 'OPTIONS')
    .map((route) => ({ route, parts: segmentsOf(route.url) }))
    .map(({ route: { method: its, url }, parts }) => ({
      name: `${its} ${url}`,
      cost: pathCost(compared, parts) + (its === method ? 0 : 0.25),
    }))
    .filter(({ cost }) => cost <= FARTHEST)
    .sort((a, b) => a.cost - b.cost);
  return [...new Set(ranked.map(({ name }) => name))].slice(0, MOST);
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** How many segments differ, in parts of a segment. Segments may be missing on either side. */
function pathCost(wanted: string[], route: string[]): number {
  const columns = route.length + 1;
  const leftOut = route.includes('*') ? 1 : LEFT_OUT;
  let above = Array.from({ length: columns }, (_, index) => index * leftOut);
  for (const [index, segment] of wanted.entries()) {
    const row = [index + 1];
    for (const [column, part] of route.entries()) {
      const replaced = (above[column] ?? 0) + segmentCost(segment, part);
      const extra = (above[column + 1] ?? 0) + (part === '*' ? 0 : 1);
      const missing = (row[column] ?? 0) + leftOut;
      row.push(Math.min(replaced, extra, missing));
    }
    above = row;
  }
  return above.at(-1) ?? 0;
}

/** A parameter matches anything, but a literal segment fits better. */
function segmentCost(segment: string, part: string): number {
  if (part === '*') return 0.6;
  if (part.startsWith(':')) return /^\d+$/.test(segment) ? 0.05 : 0.3;
  if (segment.length > COMPARED.length) return 1;
  const differs = distance(segment, part) / Math.max(segment.length, part.length);
  return differs > 0.4 ? 1 : differs;
}
