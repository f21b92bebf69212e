import fc, { type Arbitrary } from 'fast-check';
import { CONTAINER, DEPOSITION_ID, UPLOAD_ID } from './call.js';
import type { Operation, Parameter } from './document.js';
import { IMPOSSIBLE_IDS, isForGood } from './policy.js';
import { TEXT, valuesOf } from './values.js';

/** A parameter of a request as text, not yet encoded. */
export interface Piece {
  text: string;
  /** Why the contract does not allow it. */
  forbidden?: string;
}

/** A file that each draft has which calls about files are made for. */
export const KNOWN_FILE = 'contract.txt';

const NOT_THERE = 'an id that does not exist';

/**
 * Ids of this run's own, or such as nothing has; names of files, of which only the draft is ours.
 */
export function inPath(operation: Operation, { name }: Parameter, wrong: boolean): Arbitrary<Piece> {
  if (name === 'id' || name === 'deposition_id') {
    const impossible = fc.constantFrom(...IMPOSSIBLE_IDS).map((text) => ({ text, forbidden: NOT_THERE }));
    return wrong || isForGood(operation) ? impossible : fc.constant({ text: DEPOSITION_ID });
  }
  if (/upload/i.test(name)) {
    // A new UUID is the id of nothing.
    const foreign = fc.oneof(fc.uuid({ version: 4 }), fc.constantFrom('abc', '0', '\0', "'"));
    return wrong ? foreign.map((text) => ({ text, forbidden: NOT_THERE })) : fc.constant({ text: UPLOAD_ID });
  }
  // Dots alone would make another path of it on the way.
  const texts = TEXT.filter((text) => text !== '' && !/^\.{1,2}$/.test(text));
  return fc
    .oneof({ weight: 2, arbitrary: fc.constant(KNOWN_FILE) }, { weight: 1, arbitrary: texts })
    .map((text) => ({ text }));
}

/** Lists are asked only for what this run has made. */
export function inQuery(
  { name, schema, required = false }: Parameter,
  wrong: boolean,
): Arbitrary<Piece | null> {
  const asText = (value: unknown): Piece => ({ text: String(value) });
  if (name === 'container_id') {
    const own = fc.constantFrom('', '-a', '-b').map((end) => asText(`${CONTAINER}${end}`));
    const long = fc.constant({ text: 'x'.repeat(1000), forbidden: `a ${name} that is too long` });
    return wrong ? fc.oneof(own, long) : own;
  }
  const { good } = valuesOf(schema);
  const number = schema['type'] === 'integer' || schema['type'] === 'number';
  if (!wrong || !number) {
    const fine = good.map(asText);
    return required ? fine : fc.option(fine, { freq: 2, nil: null });
  }
  const outside = ['0', '-1', '1e99', 'abc', '٣', '2147483648', '1.5'].filter(
    (text) => !isWithin(Number(text), schema),
  );
  return fc
    .constantFrom(...outside)
    .map((text) => ({ text, forbidden: `a ${name} that its schema does not allow` }));
}

function isWithin(value: number, schema: Parameter['schema']): boolean {
  const { minimum = -Infinity, maximum = Infinity } = schema as { minimum?: number; maximum?: number };
  return Number.isInteger(value) && value >= minimum && value <= maximum;
}

/**
 * What a schema says about a header is not held against a service that ignores what it does not
 * understand.
 */
export function inHeader({ schema, required = false }: Parameter, wrong: boolean): Arbitrary<Piece | null> {
  const { good } = valuesOf(schema);
  const values = wrong ? fc.oneof(TEXT, fc.constant('x'.repeat(2000))) : good;
  const fine = values
    .map((value) => ({ text: String(value).trim() }))
    .filter(({ text }) => /^[\x20-\x7e]+$/.test(text));
  if (required) return fine;
  return fc.oneof({ weight: wrong ? 1 : 6, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: fine });
}
