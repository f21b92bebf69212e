import { MAX_FAULTS } from '../errors.js';
import { mapDeposit } from './deposit.js';
import { sortMetadata } from './deposit-document.js';
import { namesOfRestricted, readDocument } from './document.js';
import { saysSomething } from './fields.js';
import { manifestOfCall, readManifestDocument } from './manifest-document.js';
import { mapDocument } from './map-container.js';
import { emptyMapping, listedWarnings, Mapper, type Mapping } from './mapping.js';
import { overlay } from './overlay.js';
import { makeReadable } from './readable.js';
import { mapRecord } from './record-input.js';
import { assumeType, checkEmbargo, checkRecord, sayWhatIsRewritten } from './record-rules.js';
import { examineStructure } from './strict-rules.js';
import { listOf } from './values.js';

/** A metadata call, parsed and mapped. Plain data, because it may come from another thread. */
export interface MetadataCall {
  mapping: Mapping;
  mode: 'merge' | 'replace';
  dryRun: boolean;
  strict: boolean;
  /**
   * The text of the manifest that was sent, or that was the body itself; null if there was none.
   */
  manifest: string | null;
  /** Artifacts that are not public, as sentences. */
  restricted: string[];
  /** Whether the caller has decided about access. */
  decided: boolean;
}

/** For texts with control characters and the like. */
const UNFIT = 'has control characters or others that no record can hold; they were left out.';

/** The deposition that is described. */
interface DescribedDeposition {
  /** The manifest stored from an upload. */
  remembered: string | null;
  depositionId?: number;
  /** Today in UTC, as YYYY-MM-DD. */
  today: string;
}

/**
 * Keys with options of the call. `deposition_id` and `container_id` are already in the path and the
 * token.
 */
const CONTROLS = new Set(
  'access_token manifest from_manifest metadata record mode dry_run strict container_id deposition_id'.split(
    ' ',
  ),
);

/**
 * Parses the body of a metadata call: the container's own fields, a manifest (object, text, or
 * stored from an upload), `metadata` in the deposit API's names, and `record` in the records API's.
 * Each overrides those before it. Pure, so that it can run in a thread. Throws `invalid_request`,
 * `invalid_manifest`, `invalid_metadata`.
 */
export function readMetadataCall(
  sent: Record<string, unknown>,
  described: DescribedDeposition,
): MetadataCall {
  const { remembered, depositionId, today } = described;
  const body = structuredClone(sent);
  const given = manifestOfCall(body, remembered);
  const unfit = [...makeReadable(body, ''), ...(given === null ? [] : makeReadable(given.raw, given.path))];
  const own = Object.fromEntries(Object.entries(body).filter(([key]) => !CONTROLS.has(key)));
  const payload = readDocument(own, '', 'payload');
  const manifest = given === null ? null : readManifestDocument(given);
  const metadata = sortMetadata(body['metadata']);
  const documents = [payload, manifest, metadata.document];
  const { record = null } = body;
  const authors = [
    ...documents.map((document) => (document?.fields.get('authors') ?? []).length > 0),
    listOf(metadata.deposit['creators']?.value).length > 0,
    saysSomething(Object(Object(record)['metadata'])['creators']),
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
    record === null ? undefined : mapRecord({ value: record, path: 'record' }),
  ].filter((layer) => layer !== undefined);
  const into = new Mapper(
    layers.reduce((under, over, index) => overlay(under, over, index === 1), emptyMapping()),
  );
  const { mapping } = into;
  for (const path of unfit) into.warn(path, UNFIT);
  assumeType(into);
  checkEmbargo(into, today);
  checkRecord(into, today);
  sayWhatIsRewritten(into);
  const restricted = documents.flatMap((document) => (document === null ? [] : namesOfRestricted(document)));
  const strict = body['strict'] === true;
  if (strict && manifest !== null) mapping.faults.push(...examineStructure(manifest, 'manifest'));
  const { warnings, faults } = mapping;
  return {
    mapping: { ...mapping, warnings: listedWarnings(warnings), faults: faults.slice(0, MAX_FAULTS + 1) },
    mode: body['mode'] === 'replace' ? 'replace' : 'merge',
    dryRun: body['dry_run'] === true,
    strict,
    manifest: given?.text ?? (payload.artifacts.length > 0 ? JSON.stringify(own) : null),
    restricted,
    decided: decidesAccess(mapping, restricted),
  };
}

/**
 * Whether the caller has decided about access. Restricting always counts. Opening, now or later,
 * only counts in Zenodo's own terms: what a container or manifest says about itself neither opens
 * an artifact that it calls restricted, nor disables the guard for a later manifest.
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
