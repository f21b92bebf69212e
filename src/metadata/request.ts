import { problem } from '../errors.js';
import { containerFieldOf } from './container.js';
import { mapDeposit } from './deposit.js';
import { DEPOSIT_FIELDS } from './deposit-fields.js';
import { dialectOf } from './dialects.js';
import { type ContainerDocument, isNamedTwice, namesOfRestricted, readDocument } from './document.js';
import { parseManifest } from './manifest.js';
import { mapDocument } from './map-container.js';
import {
  emptyMapping,
  Fields,
  fault,
  type Given,
  type Mapping,
  overlay,
  saysSomething,
  warn,
} from './mapping.js';
import { mergeDraft, originOf } from './merge.js';
import { recordFaults } from './record-faults.js';
import { mapRecord } from './record-input.js';
import { examineStructure } from './strict-rules.js';
import { rewritten } from './text.js';
import { isObject, listOf } from './values.js';

/** What a metadata call says, read and mapped. Plain data: it may come out of another thread. */
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

/** What is known of the deposition that is described. */
export interface Described {
  /** The manifest remembered from an upload. */
  remembered: string | null;
  depositionId?: number;
  /** Today in UTC, as YYYY-MM-DD. */
  today: string;
}

/** Keys that steer the call; `deposition_id` and `container_id` are in the path and the token already. */
const CONTROLS = new Set(
  'access_token manifest from_manifest metadata record mode dry_run strict container_id deposition_id'.split(
    ' ',
  ),
);

/**
 * Reads the body of a metadata call: the container's own fields, a manifest (object, text, or the one remembered from an upload), `metadata` in the names of the deposit API, and `record` in
 * those of the records API, each overriding those before it. Pure, so that it can run in a worker. Throws `invalid_request`, `invalid_manifest`, `invalid_metadata`.
 */
export function readDescription(body: Record<string, unknown>, described: Described): DescriptionRequest {
  const { remembered, depositionId, today } = described;
  const own = Object.fromEntries(Object.entries(body).filter(([key]) => !CONTROLS.has(key)));
  const payload = readDocument(own, '', 'payload');
  const given = readManifest(body, remembered);
  const manifest = given === null ? null : readManifestDocument(given);
  const metadata = sortMetadata(body['metadata']);
  const documents = [payload, manifest, metadata.document];
  const authors = [
    ...documents.map((document) => (document?.fields.get('authors') ?? []).length > 0),
    listOf(metadata.deposit['creators']?.value).length > 0,
    isObject(body['record']) &&
      saysSomething(body['record']['metadata'] ?? {}) &&
      'creators' in Object(body['record']['metadata']),
  ];
  const [fromPayload, fromManifest, fromMetadata] = documents.map((document, index) => {
    const authorsElsewhere = authors.some((listed, other) => listed && other !== index);
    return document === null ? emptyMapping() : mapDocument(document, { depositionId, authorsElsewhere });
  });
  const layers = [
    fromPayload,
    mapDeposit(payload.deposit, depositionId),
    fromManifest,
    fromMetadata,
    mapDeposit(metadata.deposit, depositionId),
    ...(body['record'] === undefined || body['record'] === null
      ? []
      : [mapRecord({ value: body['record'], path: 'record' })]),
  ].filter((layer) => layer !== undefined);
  const mapping = layers.reduce(overlay, emptyMapping());
  assumeType(mapping);
  judgeEmbargo(mapping, today);
  judgeRecord(mapping, today);
  sayWhatIsRewritten(mapping);
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

/** Reads a manifest of any kind. */
export function readManifestDocument({
  raw,
  path,
}: {
  raw: Record<string, unknown>;
  path: string;
}): ContainerDocument {
  const { type, ...dialect } = dialectOf(raw, path);
  const document = readDocument(dialect.raw, dialect.path, 'manifest', dialect.fieldOf);
  return type === undefined
    ? document
    : { ...document, assumedType: { value: { id: type }, path: `${dialect.path}.type` } };
}

/**
 * Whether the caller has decided about access. A caller who closes has. Opening, or opening later, takes Zenodo's own word: what a container or manifest says about
 * itself opens no artifact of which it says otherwise, nor does it keep the guard from a later manifest.
 */
function decidesAccess({ set }: Mapping, restricted: string[]): boolean {
  const access = set['access.right'];
  if (typeof access?.value !== 'string') return false;
  if (
    access.value === 'restricted' ||
    access.path === 'metadata.access_right' ||
    access.path.startsWith('record.')
  )
    return true;
  return access.path === 'access_right' && restricted.length === 0;
}

/** An embargo needs a day, and one to come: Zenodo would save another, and then not publish. */
function judgeEmbargo(mapping: Mapping, today: string): void {
  const { 'access.right': right, 'access.until': until } = mapping.set;
  const day = until?.value;
  if (right?.value === 'embargoed' && typeof day !== 'string') {
    fault(mapping, right.path, 'embargoed needs an embargo_date');
  } else if (
    typeof day === 'string' &&
    day <= today &&
    (right === undefined || right.value === 'embargoed')
  ) {
    fault(
      mapping,
      until?.path ?? 'embargo_date',
      'must be a day to come; to open the files send access_right open',
    );
  }
}

/** Nothing is sent that was not judged: of what is wrong with a whole object Zenodo reports, and keeps it in the draft, which then cannot be published. */
function judgeRecord(mapping: Mapping, today: string): void {
  const { content, origins } = mergeDraft({ metadata: {} }, mapping, 'merge', today);
  for (const { field, message } of recordFaults(content.metadata, content.custom_fields).faults) {
    const origin = originOf(origins, field) ?? field;
    const isKnown = mapping.faults.some((one) => isWithin(one.field, origin) || isWithin(origin, one.field));
    if (!isKnown) fault(mapping, origin, message);
  }
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`);
}

/** Zenodo does not publish without a type: a container is a data set unless something else is said. */
function assumeType({ set, defaults }: Mapping): void {
  const isDescribed = set['metadata.title'] !== undefined || set['metadata.creators'] !== undefined;
  if (!isDescribed || set['metadata.resource_type'] !== undefined) return;
  const sentence = 'upload_type: none was given, so dataset was assumed.';
  defaults['metadata.resource_type'] ??= { value: { id: 'dataset' }, path: 'upload_type', sentence };
}

/** What Zenodo writes otherwise than it was sent is said before it happens, once for each field. */
function sayWhatIsRewritten(mapping: Mapping): void {
  const added = Object.entries(mapping.add).flatMap(([key, entries]) =>
    entries.map((entry) => [key, entry] as const),
  );
  for (const [key, { value, path }] of [...Object.entries(mapping.set), ...added]) {
    if (key === 'metadata.rights' || key.startsWith('access')) continue;
    const sentence = textsIn(value)
      .map(rewritten)
      .find((one) => one !== null);
    if (sentence) warn(mapping, path, sentence);
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

function readManifest(
  body: Record<string, unknown>,
  remembered: string | null,
): { raw: Record<string, unknown>; text: string; path: string } | null {
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

/** The deposit API's own object, and what a container would write in it. A field of its own that stands in a container's spelling too is read with that: neither is lost. */
function sortMetadata(metadata: unknown): {
  document: ContainerDocument | null;
  deposit: Record<string, Given>;
} {
  if (metadata === undefined || metadata === null) return { document: null, deposit: {} };
  if (!isObject(metadata)) {
    throw problem('invalid_metadata', 'metadata must be an object in the names of Zenodo’s deposit API.', {
      errors: [{ field: 'metadata', message: 'must be an object' }],
    });
  }
  const deposit: Record<string, Given> = {};
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(metadata)) {
    const field = containerFieldOf(key);
    const isOurs = field !== null && !DEPOSIT_FIELDS.has(key) && !isObjectOfAnother(key, value);
    const isShared = key !== 'doi' && isNamedTwice(field, metadata);
    if (isOurs || isShared || isOurContributors(key, value, metadata)) own[key] = value;
    else deposit[key] = { value, path: `metadata.${key}` };
  }
  return { document: readDocument(own, 'metadata', 'metadata'), deposit };
}

/** What the records API, asked for the deposit API's names, has beside these: `resource_type: {title, type}`. */
function isObjectOfAnother(key: string, value: unknown): boolean {
  return key === 'resource_type' && isObject(value);
}

/** Contributors with first and last names, and no creators beside them: a container's list, not Zenodo's. */
function isOurContributors(key: string, value: unknown, metadata: Record<string, unknown>): boolean {
  return (
    key === 'contributors' &&
    metadata['creators'] === undefined &&
    Array.isArray(value) &&
    value.some(
      (item) => isObject(item) && new Fields(item, '').take('lastname', 'familyname', 'firstname') !== null,
    )
  );
}
