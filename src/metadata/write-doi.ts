import { isMap, isScalar, isSeq, Pair, parseDocument, Scalar, YAMLMap } from 'yaml';
import { problem } from '../errors.js';
import { readManifest } from './parse-manifest.js';
import { keyOf } from './values.js';

/**
 * Maximum length in characters: keeping every comment and blank is slow, so larger manifests are
 * not rewritten.
 */
const MAX_REWRITTEN = 1024 * 1024;

/** The blocks that describe the container as a whole. */
const BLOCKS = new Set(['rdmcmetadata', 'metadata']);

/**
 * The text of a manifest with a DOI inserted and everything else (order, comments, quotes)
 * unchanged: as an entry of `identifiers` if there is such a list, else as `DOI` in the metadata
 * block, else at the top. A DOI of an earlier call is replaced. Throws `invalid_manifest`.
 */
export function writeDoi(manifest: string, doi: string): string {
  const { strict } = readManifest(manifest);
  if (manifest.length > MAX_REWRITTEN) {
    throw problem('invalid_manifest', 'The manifest is too large (1 MB) for a DOI to be written into it.');
  }
  const document = parseDocument(strict, { schema: 'failsafe' });
  // This parser, which keeps comments, is stricter than the one that reads manifests.
  const [broken] = document.errors;
  if (broken !== undefined) {
    const detail = `No DOI can be written into the manifest: ${(broken.message.split('\n')[0] ?? '').slice(0, 200)}`;
    throw problem('invalid_manifest', detail, { errors: [{ field: 'manifest', message: detail }] });
  }
  const root = document.contents;
  if (!isMap(root)) return manifest;
  const identifiers = find(root, (key) => key === 'identifiers');
  if (isSeq(identifiers?.value)) {
    const list = identifiers.value;
    const old = list.items.find((entry) => isMap(entry) && isDoiEntry(entry));
    if (isMap(old)) put(old, 'value', doi);
    else {
      const entry = new YAMLMap();
      entry.flow = list.flow === true;
      put(entry, 'type', 'DOI');
      put(entry, 'value', doi);
      put(entry, 'url', `https://doi.org/${doi}`);
      list.add(entry);
    }
  } else {
    const block = find(root, (key) => BLOCKS.has(key));
    put(isMap(block?.value) ? block.value : root, 'DOI', doi);
  }
  return document.toString({ lineWidth: 0 });
}

/** Sets a key, whatever its spelling. Inside braces it is quoted, so that JSON stays JSON. */
function put(map: YAMLMap, key: string, value: string): void {
  const there = find(map, (name) => name === keyOf(key));
  const [k, v] = [new Scalar(there?.key ?? key), new Scalar(value)];
  if (map.flow) k.type = v.type = 'QUOTE_DOUBLE';
  if (there) map.set(there.key, v);
  else map.add(new Pair(k, v));
}

function find(map: YAMLMap, test: (key: string) => boolean): { key: string; value: unknown } | null {
  for (const pair of map.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    if (test(keyOf(key))) return { key, value: pair.value };
  }
  return null;
}

function isDoiEntry(entry: YAMLMap): boolean {
  const type = find(entry, (key) => key === 'type')?.value;
  return isScalar(type) && /^doi$/i.test(String(type.value));
}
