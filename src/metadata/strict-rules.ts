import type { FieldFault } from '../errors.js';
import { rightOfLevel } from './artifacts.js';
import type { ContainerDocument } from './document.js';
import { readResourceTypes } from './resource-types.js';

/**
 * Everything that is wrong with the structure of a manifest, for the strict mode only. `path`: the
 * place of the manifest in the request.
 */
export function examineStructure({ fields, artifacts }: ContainerDocument, path: string): FieldFault[] {
  const faults: FieldFault[] = [];
  const people = [...(fields.get('contributors') ?? []), ...(fields.get('authors') ?? [])];
  if (people.length === 0) faults.push({ field: path, message: 'must name at least one contributor' });
  if (artifacts.length === 0) faults.push({ field: path, message: 'must name at least one artifact' });
  for (const artifact of artifacts) {
    const fault = (message: string) => faults.push({ field: artifact.path, message });
    const { accessLevel: level } = artifact;
    if (level === null) fault('must have an access level: Public, Restricted or Private');
    else if (rightOfLevel(level) === null) {
      fault(`has the access level “${level}”: must be Public, Restricted or Private`);
    }
    for (const word of readResourceTypes(artifact.resourceTypes).unknown) {
      fault(`has the resource type “${word}”, which Zenodo does not have`);
    }
  }
  return faults;
}
