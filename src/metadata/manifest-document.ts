import { problem } from '../errors.js';
import { type ContainerDocument, readDocument } from './document.js';
import { manifestKindOf } from './manifest-kinds.js';
import { parseManifest } from './parse-manifest.js';
import { isObject } from './values.js';

/** Parses a manifest of any kind. */
export function readManifestDocument({
  raw,
  path,
}: {
  raw: Record<string, unknown>;
  path: string;
}): ContainerDocument {
  const { type, ...kind } = manifestKindOf(raw, path);
  const document = readDocument(kind.raw, kind.path, 'manifest', kind.fieldOf);
  return type === undefined
    ? document
    : { ...document, assumedType: { value: { id: type }, path: `${kind.path}.type` } };
}

/**
 * The manifest of a call: sent as an object or text, or stored from an upload. Null if there is
 * none. Throws `invalid_manifest`, `invalid_request`.
 */
export function manifestOfCall(
  body: Record<string, unknown>,
  remembered: string | null,
): { raw: Record<string, unknown>; text: string; path: string } | null {
  const sent = body['manifest'];
  if (typeof sent === 'string' && sent.trim() !== '') {
    return { raw: parseManifest(sent), text: sent, path: 'manifest' };
  }
  if (isObject(sent)) return { raw: sent, text: JSON.stringify(sent), path: 'manifest' };
  if (sent !== undefined && sent !== null && sent !== '') {
    throw problem('invalid_manifest', 'Send the manifest as an object or as a string.', {
      errors: [{ field: 'manifest', message: 'must be an object or a string' }],
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
