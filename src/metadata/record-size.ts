import { problem } from '../errors.js';
import { shapeOf } from '../json-shape.js';

/**
 * Limits on a draft's metadata. Zenodo answers each save with all of it, with texts repeated for
 * its pages, and with the titles of every id. A larger draft could not be read any more, and so
 * neither be described nor published here.
 */
const MOST = { bytes: 2 * 1024 * 1024, depth: 100, values: 100_000 };

/** Zenodo escapes characters outside of ASCII, which then take six bytes. */
export function sizeOf(content: object): number {
  return JSON.stringify(content).replace(/[^\0-\x7f]/g, '\\uffff').length;
}

/**
 * Throws invalid_metadata for metadata that Zenodo would accept, but answer with more than this
 * service reads. It is accepted if it has not grown since it `was` saved, so that it can be
 * shortened step by step.
 */
export function refuseTooLarge(content: object, was: number): void {
  const bytes = sizeOf(content);
  if (bytes <= was) return;
  if (bytes > MOST.bytes) {
    throw tooLarge(`take ${bytes} bytes at Zenodo, where each character outside ASCII takes six`, MOST.bytes);
  }
  if (shapeOf(Buffer.from(JSON.stringify(content)), MOST).fault !== null) {
    throw tooLarge('have too many names and values', MOST.values);
  }
}

function tooLarge(what: string, most: number) {
  return problem(
    'invalid_metadata',
    `The metadata of the draft would ${what}, but the limit is ${most}. Shorten descriptions and lists, or put them into a file.`,
    { errors: [{ field: 'metadata', message: `would ${what}` }] },
  );
}
