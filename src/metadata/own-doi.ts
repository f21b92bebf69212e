import type { Mapper } from './mapping.js';

/** Why a DOI of Zenodo's cannot be given to a record: Zenodo gives it itself. */
export const OWN_DOI =
  'is a DOI of Zenodo, which Zenodo assigns itself: leave it out, or send a DOI that was registered elsewhere';

/**
 * Whether Zenodo, or its sandbox, takes a DOI for one of its own: it compares the beginning as
 * text.
 */
export function isZenodosDoi(doi: string): boolean {
  return /^10\.(?:5281|5072)/.test(doi);
}

const OF_ANOTHER =
  'is the DOI of another record at Zenodo, so it was not sent as an identifier of this one. Describe their relation in metadata.related_identifiers.';

/**
 * A DOI of Zenodo's names a record there: this one, whose DOI Zenodo knows, or another, as in a
 * manifest that has come from an earlier version. Of another it is said that it was not sent.
 * Whether it is one of Zenodo's.
 */
export function isOfARecord(doi: string, path: string, into: Mapper, depositionId?: number): boolean {
  const id = /^10\.(?:5281|5072)\/zenodo\.(\d+)$/i.exec(doi)?.[1];
  if (id === undefined) return false;
  if (Number(id) !== depositionId) into.warn(path, `${doi} ${OF_ANOTHER}`);
  return true;
}
