import type { RecordContent } from '../store/model.js';

/** The legacy `metadata` object of a draft or record, without `prereserve_doi`. */
export function rdmToLegacy(
  content: RecordContent,
  communities: string[],
  _now: number,
): Record<string, unknown> {
  return {
    ...content.metadata,
    access_right: 'open',
    ...(communities.length > 0 && { communities: communities.map((identifier) => ({ identifier })) }),
  };
}
