import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { parseManifest } from './manifest.js';
import { keyOf } from './scalars.js';

/** The blocks that describe the container as a whole. */
const BLOCKS = new Set(['rdmcmetadata', 'metadata']);

/**
 * The text of a manifest with a DOI written into it, all else (order, comments, quotes) left as it is: as an entry of `identifiers` where there
 * is such a list, else as `DOI` in the metadata block, else at the top. A DOI of an earlier call is replaced. Throws `invalid_manifest`.
 */
export function writeDoi(manifest: string, doi: string): string {
  parseManifest(manifest);
  const document = parseDocument(manifest.replace(/^\ufeff/, ''), { schema: 'failsafe' });
  const root = document.contents;
  if (!isMap(root)) return manifest;
  const identifiers = find(root, (key) => key === 'identifiers');
  if (isSeq(identifiers?.value)) {
    const entries = identifiers.value.items;
    const old = entries.find((entry) => isMap(entry) && isDoiEntry(entry));
    if (isMap(old)) old.set(find(old, (key) => key === 'value')?.key ?? 'value', doi);
    else
      identifiers.value.add(document.createNode({ type: 'DOI', value: doi, url: `https://doi.org/${doi}` }));
  } else {
    const block = find(root, (key) => BLOCKS.has(key));
    const home = isMap(block?.value) ? block.value : root;
    home.set(find(home, (key) => key === 'doi')?.key ?? 'DOI', doi);
  }
  return document.toString({ lineWidth: 0 });
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
