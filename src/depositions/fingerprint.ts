import { createHash } from 'node:crypto';
import type { ZenodoDeposition } from '../zenodo/deposition.js';

/**
 * How metadata looked when this service last left it: the part before the colon is about the
 * metadata alone.
 */
export function fingerprint({ metadata, modified }: Pick<ZenodoDeposition, 'metadata' | 'modified'>): string {
  const { prereserve_doi: _guess, ...rest } = metadata;
  return `${createHash('sha256').update(JSON.stringify(rest)).digest('hex')}:${modified}`;
}
