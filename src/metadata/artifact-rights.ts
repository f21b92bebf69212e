import type { Artifact } from './artifacts.js';
import { type Given, Mapper } from './mapping.js';
import { mapRights } from './rights.js';
import { listOf } from './values.js';

/**
 * Warns about licences of artifacts that the container does not have. A record at Zenodo has one
 * list of licences, which then seems to give what an artifact does not.
 */
export function nameOtherRights(artifacts: Artifact[], own: Given[], into: Mapper): void {
  const known = new Set(rightsIn(own));
  for (const { rights } of artifacts) {
    if (rights !== null && rightsIn([rights]).some((right) => !known.has(right)))
      into.warn(rights.path, 'was not sent: the licences of a record at Zenodo apply to all of its files.');
  }
}

/** The rights that some values mean, and what is wrong with the others. */
function rightsIn(given: Given[]): string[] {
  const into = new Mapper();
  mapRights(given, into);
  const { mapping } = into;
  const faults = mapping.faults.map(({ message }) => message);
  return [...listOf(mapping.set['metadata.rights']?.value).map((right) => JSON.stringify(right)), ...faults];
}
