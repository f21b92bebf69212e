import { type Artifact, readArtifacts, restrictedAmong } from './artifacts.js';
import { addBlock, type Container, readContainer } from './container.js';
import { mapContainer } from './map-container.js';
import { mapLinks } from './map-identifiers.js';
import type { Mapping } from './mapping.js';
import type { ListedElsewhere } from './people-lists.js';
import { commonType, readResourceTypes } from './resource-types.js';
import { isObject, keyOf } from './scalars.js';

/** A description of a container with all its blocks laid together: a payload or a manifest. */
export interface ContainerDocument {
  container: Container;
  artifacts: Artifact[];
}

/** Blocks whose keys count as the document's own. */
const BLOCKS = new Set(['rdmcmetadata', 'containermetadata', 'container', 'additionaldata', 'rdmc']);
const ARTIFACTS = new Set(['artifactsdetails', 'artifactdetails', 'artifacts', 'artefactsdetails']);

/** Blocks lie two deep in real manifests; deeper ones are only made, with aliases, to keep a reader busy. */
const MAX_DEPTH = 4;

function isBlock(name: string, kind: 'payload' | 'manifest' | 'metadata'): boolean {
  return BLOCKS.has(name) || (kind === 'manifest' && name === 'metadata');
}

/** Reads a document with its blocks; of a field that can be said once the outermost block counts. `metadata` is a block in a manifest only. */
export function readDocument(
  raw: Record<string, unknown>,
  path: string,
  kind: 'payload' | 'manifest' | 'metadata',
  depth = 0,
): ContainerDocument {
  const own: Record<string, unknown> = {};
  const inner: ContainerDocument[] = [];
  const artifacts: Artifact[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (key === '__proto__') continue;
    const name = keyOf(key);
    const at = path === '' ? key : `${path}.${key}`;
    if (ARTIFACTS.has(name) && typeof value === 'object') artifacts.push(...readArtifacts(value, at));
    else if (depth < MAX_DEPTH && isBlock(name, kind) && isObject(value)) {
      inner.push(readDocument(value, at, kind, depth + 1));
    } else own[key] = value;
  }
  const container = readContainer(own, path, kind);
  for (const block of inner) {
    addBlock(container, block.container);
    artifacts.push(...block.artifacts);
  }
  return { container, artifacts };
}

/** Maps a document to Zenodo's metadata. Access follows from the artifacts only if nobody decided otherwise; that is not decided here. */
export function mapDocument(
  { container, artifacts }: ContainerDocument,
  elsewhere: ListedElsewhere,
): Mapping {
  const mapping = mapContainer(container, elsewhere);
  for (const { links } of artifacts) for (const link of links) mapLinks(link, mapping);
  const { types } = readResourceTypes(artifacts.flatMap(({ resourceTypes }) => resourceTypes));
  if (types.length > 0 && !Object.hasOwn(mapping.set, 'upload_type')) {
    mapping.set['upload_type'] = commonType(types);
    mapping.warnings.push(
      `upload_type: ${commonType(types)} was concluded from the resource types of the artifacts.`,
    );
  }
  return mapping;
}

/** A sentence for each artifact that is not public. */
export function namesOfRestricted({ artifacts }: ContainerDocument): string[] {
  return restrictedAmong(artifacts).map(({ name, accessLevel }) => `${name} (${accessLevel})`);
}
