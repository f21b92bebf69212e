import type { Mapper } from './mapping.js';

/** Why a record cannot be given a DOI of Zenodo's. */
export const OWN_DOI =
  'is a DOI of Zenodo, which Zenodo assigns itself: leave it out, or send a DOI that was registered elsewhere';

/** Whether Zenodo or its sandbox takes a DOI for its own. It compares the prefix as text. */
export function isZenodosDoi(doi: string): boolean {
  return /^10\.(?:5281|5072)/.test(doi);
}

/** A DOI of Zenodo's, or the page of a record there. */
const OF_A_RECORD =
  /^(?:10\.(?:5281|5072)\/zenodo\.|https?:\/\/(?:www\.|sandbox\.)?zenodo\.org\/(?:records?\/|doi\/10\.5281\/zenodo\.))(\d+)(?:[/?#].*)?$/i;

const OF_ANOTHER =
  'names another record at Zenodo, so it was not sent as an identifier of this one. Describe their relation in metadata.related_identifiers.';

/**
 * Whether an identifier is a record's at Zenodo. It then names this record, whose DOI Zenodo knows,
 * or another one, for example in a manifest of an earlier version. For another one a warning says
 * that it was not sent.
 */
export function isOfARecord(doi: string, path: string, into: Mapper, depositionId?: number): boolean {
  const id = OF_A_RECORD.exec(doi)?.[1];
  if (id === undefined) return false;
  if (Number(id) !== depositionId) into.warn(path, `${doi} ${OF_ANOTHER}`);
  return true;
}
