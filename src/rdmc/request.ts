import { Problem, problem } from '../errors.js';
import { isPublicLevel } from './artifacts.js';
import { type ContainerDocument, mapDocument, namesOfRestricted, readDocument } from './document.js';
import { fieldOf, ZENODO_FIELDS } from './field-names.js';
import { parseManifest } from './manifest.js';
import { leaveOutZenodoDois } from './map-identifiers.js';
import { mapZenodo } from './map-zenodo.js';
import { emptyMapping, type Given, type Mapping, overlay } from './mapping.js';
import { type ListedElsewhere, listsOf } from './people-lists.js';
import { isBlank, isObject, listOf, pick, textOf } from './scalars.js';
import { examineStructure } from './structure.js';

/** What a metadata call says, read and mapped. */
export interface DescriptionRequest {
  mapping: Mapping;
  mode: 'merge' | 'replace';
  dryRun: boolean;
  strict: boolean;
  /** The manifest that came along, or was the body itself, as text; null if none did. */
  manifest: string | null;
  /** Artifacts that are not public, as sentences. */
  restricted: string[];
  /** Whether the caller says who may see the files, and is not to be asked again. */
  decided: boolean;
}

/** Keys that steer the call; `deposition_id` and `container_id` are in the path and the token already. */
const CONTROLS = new Set(
  'access_token manifest from_manifest metadata mode dry_run strict container_id deposition_id'.split(' '),
);

/**
 * Reads the body of a metadata call: the container's own fields, a manifest (object, text, or the one remembered from an upload) and
 * Zenodo's own `metadata`, each overriding those before it. `depositionId`: what is described. Throws `invalid_request`, `invalid_manifest`.
 */
export function readDescription(
  body: Record<string, unknown>,
  remembered: string | null,
  depositionId?: number,
): DescriptionRequest {
  const own = Object.fromEntries(Object.entries(body).filter(([key]) => !CONTROLS.has(key)));
  const payload = readDocument(own, '', 'payload');
  const given = readManifest(body, remembered);
  const manifest = given === null ? null : readDocument(given.raw, given.path, 'manifest');
  const metadata = readMetadata(body['metadata']);
  const documents = [payload, manifest, metadata.document].filter((document) => document !== null);
  const lists = documents.map(({ container }) => listsOf(container.fields.get('contributors') ?? []));
  const mapped = documents.map((document, index) => {
    const others = [...lists.filter((_, other) => other !== index), metadata.lists];
    return mapDocument(document, {
      creators: others.some(({ creators }) => creators),
      contributors: others.some(({ creators, contributors }) => contributors && !creators),
    });
  });
  const layers = [
    ...mapped.slice(0, 1),
    mapZenodo(payload.container.zenodo),
    ...mapped.slice(1),
    mapZenodo(metadata.zenodo),
  ];
  const mapping = layers.reduce(overlay, emptyMapping());
  assumeType(mapping);
  leaveOutZenodoDois(mapping, depositionId);
  requireEmbargoDate(mapping);
  const restricted = [payload, manifest].flatMap((document) =>
    document === null ? [] : namesOfRestricted(document),
  );
  const strict = body['strict'] === true;
  if (strict && manifest !== null) mapping.faults.push(...examineStructure(manifest, 'manifest'));
  return {
    mapping,
    mode: body['mode'] === 'replace' ? 'replace' : 'merge',
    dryRun: body['dry_run'] === true,
    strict,
    manifest: given?.text ?? (payload.artifacts.length > 0 ? JSON.stringify(own) : null),
    restricted,
    decided: decidesAccess(mapping, restricted),
  };
}

/**
 * Whether the caller has decided about access. Whoever closes has. Opening, or opening later, takes Zenodo's own word: what a container or manifest says about
 * itself opens no artifact of which it says otherwise, nor does it keep the guard from a later manifest.
 */
function decidesAccess({ set, origins }: Mapping, restricted: string[]): boolean {
  const access = set['access_right'];
  const origin = origins.get('access_right');
  if (typeof access !== 'string') return false;
  if (['restricted', 'closed'].includes(access) || origin === 'metadata.access_right') return true;
  return origin === 'access_right' && restricted.length === 0;
}

function requireEmbargoDate({ set, origins, faults }: Mapping): void {
  if (set['access_right'] !== 'embargoed' || !isBlank(set['embargo_date'])) return;
  const field = origins.get('access_right') ?? 'metadata.access_right';
  faults.push({ field, message: 'embargoed needs an embargo_date' });
}

/** Zenodo does not publish without a type: a container is a data set unless somebody says otherwise. */
function assumeType({ set, defaults }: Mapping): void {
  const described = set['title'] !== undefined || set['creators'] !== undefined;
  if (described && set['upload_type'] === undefined) defaults['upload_type'] = 'dataset';
}

function readManifest(
  body: Record<string, unknown>,
  remembered: string | null,
): { raw: Record<string, unknown>; text: string | null; path: string } | null {
  const sent = body['manifest'];
  if (typeof sent === 'string' && sent.trim() !== '') {
    return { raw: parseManifest(sent), text: sent, path: 'manifest' };
  }
  if (isObject(sent)) return { raw: sent, text: JSON.stringify(sent), path: 'manifest' };
  if (sent !== undefined && sent !== null && sent !== '') {
    throw problem('invalid_manifest', 'Send the manifest as an object or as text.', {
      errors: [{ field: 'manifest', message: 'must be an object or a text' }],
    });
  }
  if (body['from_manifest'] !== true) return null;
  if (remembered === null) {
    throw problem(
      'invalid_request',
      'No manifest.rdmc has been uploaded to this deposition yet. Upload one, or send it as `manifest`.',
      { errors: [{ field: 'from_manifest', message: 'no manifest is known' }] },
    );
  }
  return { raw: parseManifest(remembered), text: remembered, path: 'manifest' };
}

/** Zenodo's own object, and what a container would write in it. */
interface OwnMetadata {
  document: ContainerDocument | null;
  zenodo: Record<string, Given>;
  /** Which lists of people it has in Zenodo's form. */
  lists: ListedElsewhere;
}

/** Sorts Zenodo's own object. A field of Zenodo's that is there in a spelling of a container's too is read with it: neither is lost. */
function readMetadata(metadata: unknown): OwnMetadata {
  const nothing = { document: null, zenodo: {}, lists: { creators: false, contributors: false } };
  if (metadata === undefined || metadata === null) return nothing;
  if (!isObject(metadata)) {
    throw problem('invalid_metadata', 'metadata must be an object in Zenodo’s names.', {
      errors: [{ field: 'metadata', message: 'must be an object' }],
    });
  }
  const isZenodos = (key: string, value: unknown) =>
    (ZENODO_FIELDS.has(key) || fieldOf(key) === null) && !isOurContributors(key, value, metadata);
  const filled = Object.entries(metadata).filter(([, value]) => !isBlank(value));
  const others = filled.filter(([key, value]) => !isZenodos(key, value)).map(([key]) => fieldOf(key));
  const zenodo: Record<string, Given> = {};
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(metadata)) {
    const isShared = !isBlank(value) && fieldOf(key) !== null && others.includes(fieldOf(key));
    if (isZenodos(key, value) && !isShared) zenodo[key] = { value, path: `metadata.${key}` };
    else own[key] = value;
  }
  const lists = { creators: listOf(zenodo['creators']?.value).length > 0, contributors: false };
  lists.contributors = !lists.creators && listOf(zenodo['contributors']?.value).length > 0;
  return { document: readDocument(own, 'metadata', 'metadata'), zenodo, lists };
}

/** Contributors with first and last names, and no creators beside them: a container's list, not Zenodo's. */
function isOurContributors(key: string, value: unknown, metadata: Record<string, unknown>): boolean {
  return (
    key === 'contributors' &&
    metadata['creators'] === undefined &&
    Array.isArray(value) &&
    value.some((item) => isObject(item) && pick(item, 'lastname', 'familyname', 'firstname') !== null)
  );
}

/** What a manifest means for those who may see the files. */
export interface ManifestFindings {
  /** What is not public, as sentences. */
  restricted: string[];
  /** Why it cannot be read; null if it can. */
  unreadable: string | null;
}

/** Reads a manifest once for all that an upload, or a publication, must know of it. Never throws for what is in it. */
export function inspectManifest(manifest: string): ManifestFindings {
  try {
    const document = readDocument(parseManifest(manifest), 'manifest', 'manifest');
    return { restricted: [...namesOfRestricted(document), ...levelOfAll(document)], unreadable: null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { restricted: searchForLevels(manifest), unreadable: error.detail };
  }
}

/** The words of a manifest that cannot be read, to be on the safe side. */
export function searchForLevels(manifest: string): string[] {
  // Text in UTF-16 that was taken for UTF-8 has a NUL between its letters.
  const text = manifest.replaceAll('\u0000', '').replaceAll('\ufffd', '');
  for (const [, level = ''] of text.matchAll(
    /access[ _-]?level["']?[ \t]*[:=][ \t]*["']?([^\s"',}#]{1,100})/gi,
  )) {
    if (!isBlank(level) && !isPublicLevel(level))
      return [`an artifact of a manifest that cannot be read (${level})`];
  }
  return [];
}

/** What a document says about the access to all of it, if that is not public. */
function levelOfAll({ container }: ContainerDocument): string[] {
  return (container.fields.get('access') ?? [])
    .flatMap(({ value }) => listOf(value))
    .map((level) => textOf(level) ?? 'not a text')
    .filter((level) => !isPublicLevel(level))
    .map((level) => `the container (${level})`);
}
