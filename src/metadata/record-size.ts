import { problem } from '../errors.js';
import { shapeFault } from '../json-shape.js';

/**
 * What one draft may be described with. Zenodo answers each save with all of it, with texts once
 * more as its own pages show them, and with the titles of every id: what is larger could not be
 * read any more, and the draft could then be neither described nor published from here.
 */
const MOST = { bytes: 2 * 1024 * 1024, depth: 100, values: 100_000 };

/** Zenodo escapes what is not ASCII: each such character takes six bytes. */
export function sizeOf(content: object): number {
  return JSON.stringify(content).replace(/[^\0-\x7f]/g, '\\uffff').length;
}

/**
 * Refuses metadata that Zenodo would take, and answer with more than this service reads. What has
 * become no larger than it `was` is taken: it can be shortened step by step. Throws
 * invalid_metadata.
 */
export function refuseTooLarge(content: object, was: number): void {
  const bytes = sizeOf(content);
  if (bytes <= was) return;
  if (bytes > MOST.bytes) {
    throw tooLarge(`take ${bytes} bytes at Zenodo, where each character outside ASCII takes six`, MOST.bytes);
  }
  if (shapeFault(Buffer.from(JSON.stringify(content)), MOST) !== null) {
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
