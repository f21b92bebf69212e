import { type Artifact, accessLevel, isPublicLevel, readArtifacts, restrictedAmong } from './artifacts.js';
import { type ContainerField, containerFieldOf, SINGLE_FIELDS, type Vocabulary } from './container.js';
import { DEPOSIT_FIELDS } from './deposit.js';
import { readDoi } from './identifiers.js';
import { entriesOf, type Given, notSent, UNKNOWN } from './mapping.js';
import { isBlank, isNoName, isObject, keyOf, removes, textOf } from './values.js';

/** A container's description with all its blocks combined: from a payload or a manifest. */
export interface ContainerDocument {
  /** The values of each field, outermost first. Null and an empty list remove it. */
  fields: Map<ContainerField, Given[]>;
  /** Fields that only the deposit API has, given next to the container's own. */
  deposit: Record<string, Given>;
  /** What is left out of it, and why. */
  notes: [path: string, sentence: string][];
  artifacts: Artifact[];
  /** Levels that are not public in parts that are not read, as sentences. */
  restrictedParts: string[];
  /** The resource type of documents of this kind if none is named, and where it would be. */
  assumedType?: Given;
}

/** `metadata`: a container's fields inside the deposit API's object, without that API's own. */
type DocumentKind = 'payload' | 'manifest' | 'metadata';

/** Said of words such as “none”, which remove no licence either. */
const NO_LICENSE = 'names no licence, so the draft keeps its licence. Send null to remove it.';

/** Blocks whose keys count as the document's own. */
const BLOCKS = new Set(['rdmcmetadata', 'containermetadata', 'container', 'additionaldata', 'rdmc']);
const ARTIFACTS = new Set(
  'artifactsdetails artifactdetails artifacts artifact artefactsdetails artefactdetails artefacts artefact'.split(
    ' ',
  ),
);

/** Real manifests nest blocks two deep. Deeper nesting only occurs in attacks with aliases. */
const MAX_DEPTH = 4;

/** Names that a container and the deposit API share, or that mean the same in both. */
const CONTAINER_FIRST = new Set(
  'title description contributors creators keywords license version language publication_date dates references grants'.split(
    ' ',
  ),
);

/**
 * Reads a document with its blocks. `metadata` is a block only in a manifest. In a payload, null
 * and an empty list remove a field; in a manifest they mean nothing. Blank texts never mean
 * anything, because forms send them for empty inputs.
 */
export function readDocument(
  raw: Record<string, unknown>,
  path: string,
  kind: DocumentKind,
  fieldOf: Vocabulary = containerFieldOf,
): ContainerDocument {
  return readBlock({ value: raw, path }, { kind, fieldOf, depth: 0 });
}

interface Block {
  value: Record<string, unknown>;
  path: string;
}

function readBlock(
  { value: raw, path }: Block,
  { kind, fieldOf, depth }: Pick<Surroundings, 'kind' | 'fieldOf'> & { depth: number },
): ContainerDocument {
  const document: ContainerDocument = {
    fields: new Map(),
    deposit: {},
    notes: [],
    artifacts: [],
    restrictedParts: [],
  };
  const inner: ContainerDocument[] = [];
  const unread: Record<string, unknown> = {};
  const about: Surroundings = {
    kind,
    fieldOf,
    named: namesOfFields(raw, fieldOf),
    isOfManifest: isOfManifest(raw),
  };
  for (const [key, value] of Object.entries(raw)) {
    if (key === '__proto__') continue;
    const name = keyOf(key);
    const at = path === '' ? key : `${path}.${key}`;
    if (ARTIFACTS.has(name) && typeof value === 'object')
      document.artifacts.push(...readArtifacts(value, at));
    else if (
      depth < MAX_DEPTH &&
      (BLOCKS.has(name) || (kind === 'manifest' && name === 'metadata')) &&
      blocksIn({ value, path: at }).length > 0
    ) {
      for (const block of blocksIn({ value, path: at }))
        inner.push(readBlock(block, { kind, fieldOf, depth: depth + 1 }));
    } else if (!readKey(document, key, { value, path: at }, about)) unread[key] = value;
  }
  const level = accessLevel({ unread }, unread);
  if (level !== null && !isPublicLevel(level))
    document.restrictedParts.push(`a part that is not read (${level})`);
  for (const block of inner) lay(block, document);
  return document;
}

/** A block, or a list of blocks; none if there is anything else. */
function blocksIn(given: Given): Block[] {
  const all = entriesOf(given);
  const blocks = all.flatMap(({ value, path }) => (isObject(value) ? [{ value, path }] : []));
  return blocks.length === all.length ? blocks : [];
}

/** What a key is read with. */
interface Surroundings {
  kind: DocumentKind;
  fieldOf: Vocabulary;
  /** How many names each field has in the object. */
  named: Map<ReturnType<Vocabulary>, number>;
  /** Whether a payload is itself a manifest, of which only a part describes the container. */
  isOfManifest: boolean;
}

/** Reads a key; false if it is of no field. */
function readKey(
  document: ContainerDocument,
  key: string,
  given: Given,
  { kind, fieldOf, named, isOfManifest: hasParts }: Surroundings,
): boolean {
  const { value, path } = given;
  const isNull = removes(value);
  const field = fieldOf(key);
  // YAML has no other word for it, and here all words are texts.
  if (field === 'license' && typeof value === 'string' && /^(?:no|false|nein|keine?)$/i.test(value))
    return document.notes.push([path, NO_LICENSE]) > 0;
  if (isNull ? kind === 'manifest' : saysNothing(value, isOfPeople(field) ? isNoName : isBlank)) {
    // Forms send a dash. These are a person's words.
    const isWord = (one: unknown) => typeof one === 'string' && /^\s*(?:none|n\/a|n\.a\.)\s*$/i.test(one);
    const hasWords = [value].flat().some(isWord);
    if (field === 'license' && hasWords) document.notes.push([path, NO_LICENSE]);
    return true;
  }
  // The case of a DOI's name does not make it an identifier of another kind.
  const own = keyOf(key) === 'doi' ? 'doi' : key;
  const isDeposits = kind === 'payload' && DEPOSIT_FIELDS.has(own) && !CONTAINER_FIRST.has(own);
  const isShared = SINGLE_FIELDS.has(field) && isNamedTwice(field, named);
  if (isDeposits && !isShared) layDeposit(document.deposit, own, given);
  else if (field === null || (field === 'kept' && kind !== 'manifest' && !hasParts)) {
    document.notes.push([path, UNKNOWN]);
    return false;
  } else if (field === 'kept') {
    if (BLOCKS.has(keyOf(key)) && !isObject(value)) document.notes.push([path, UNKNOWN]);
    return false;
  } else {
    const before = document.fields.get(field) ?? [];
    // A field that is removed under one name and given under another counts as given.
    const filled = [...before, { value: isNull ? null : value, path }].filter((one) => one.value !== null);
    document.fields.set(field, filled.length > 0 ? filled : [{ value: null, path }]);
  }
  return true;
}

function isOfManifest(raw: Record<string, unknown>): boolean {
  return Object.keys(raw).some(
    (key) => ARTIFACTS.has(keyOf(key)) || BLOCKS.has(keyOf(key)) || keyOf(key) === 'manifestschemaversion',
  );
}

/**
 * Lays a field of the deposit API. Only a DOI has several spellings of its name; two DOIs are one
 * too many.
 */
export function layDeposit(deposit: ContainerDocument['deposit'], name: string, given: Given): void {
  const before = deposit[name];
  const doiOf = ({ value }: Given) => readDoi(textOf(value) ?? '')?.toLowerCase();
  if (before === undefined || isBlank(before.value)) deposit[name] = given;
  else if (!isBlank(given.value) && (doiOf(before) === undefined || doiOf(before) !== doiOf(given)))
    deposit[name] = { ...before, value: [before.value, given.value] };
}

/** How many names each field has in an object. */
export function namesOfFields(
  raw: Record<string, unknown>,
  fieldOf: Vocabulary = containerFieldOf,
): Surroundings['named'] {
  const named: Surroundings['named'] = new Map();
  for (const [key, value] of Object.entries(raw)) {
    const field = fieldOf(key);
    if (!saysNothing(value)) named.set(field, (named.get(field) ?? 0) + 1);
  }
  return named;
}

/** Whether a field is given under two names that must both be read. */
export function isNamedTwice(field: ReturnType<Vocabulary>, named: Surroundings['named']): boolean {
  return field !== null && field !== 'kept' && (named.get(field) ?? 0) > 1;
}

/** Combines blocks. If several contain a field, the outermost counts. */
function lay(block: ContainerDocument, document: ContainerDocument): void {
  const beat = (given: Given[], winner: Given | undefined) => {
    const lost = given.filter(({ value }) => JSON.stringify(value) !== JSON.stringify(winner?.value));
    document.notes.push(...lost.map(({ path }): [string, string] => [path, notSent(winner?.path ?? '')]));
  };
  for (const [field, given] of block.fields) {
    const outer = document.fields.get(field);
    if (outer === undefined) document.fields.set(field, given);
    else beat(given, outer[0]);
  }
  for (const [name, given] of Object.entries(block.deposit)) {
    const outer = document.deposit[name];
    if (outer === undefined) document.deposit[name] = given;
    else beat([given], outer);
  }
  document.notes.push(...block.notes);
  document.artifacts.push(...block.artifacts);
  document.restrictedParts.push(...block.restrictedParts);
}

/** A sentence for each artifact that is not public. */
export function namesOfRestricted({ artifacts, restrictedParts }: ContainerDocument): string[] {
  const named = restrictedAmong(artifacts).map((one) => `${one.name} (${one.accessLevel})`);
  return [...named, ...restrictedParts];
}

function isOfPeople(field: ContainerField | 'kept' | null): boolean {
  return field === 'authors' || field === 'contributors' || field === 'owner' || field === 'contact';
}

function saysNothing(value: unknown, isNothing = isBlank): boolean {
  return Array.isArray(value) ? value.every(isNothing) : isNothing(value);
}
