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

/** A file in each draft that is created for calls about files. */
export const KNOWN_FILE = 'contract.txt';

const NOT_THERE = 'an id that does not exist';

/**
 * Ids of this run, or ids that never exist. Names of files, of which only that of the draft exists.
 */
export function inPath(operation: Operation, { name }: Parameter, wrong: boolean): Arbitrary<Piece> {
  if (name === 'id' || name === 'deposition_id') {
    const impossible = fc.constantFrom(...IMPOSSIBLE_IDS).map((text) => ({ text, forbidden: NOT_THERE }));
    return wrong || isForGood(operation) ? impossible : fc.constant({ text: DEPOSITION_ID });
  }
  if (/upload/i.test(name)) {
    // A new UUID identifies nothing.
    const foreign = fc.oneof(fc.uuid({ version: 4 }), fc.constantFrom('abc', '0', '\0', "'"));
    return wrong ? foreign.map((text) => ({ text, forbidden: NOT_THERE })) : fc.constant({ text: UPLOAD_ID });
  }
  // On its way, a name of dots alone would change the path.
  const texts = TEXT.filter((text) => text !== '' && !/^\.{1,2}$/.test(text));
  return fc
    .oneof({ weight: 2, arbitrary: fc.constant(KNOWN_FILE) }, { weight: 1, arbitrary: texts })
    .map((text) => ({ text }));
}

/** Lists are requested only for what this run has created. */
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

/** A service may ignore headers that it does not understand, so their schemas are not enforced. */
export function inHeader({ schema, required = false }: Parameter, wrong: boolean): Arbitrary<Piece | null> {
  const { good } = valuesOf(schema);
  const values = wrong ? fc.oneof(TEXT, fc.constant('x'.repeat(2000))) : good;
  const fine = values
    .map((value) => ({ text: String(value).trim() }))
    .filter(({ text }) => /^[\x20-\x7e]+$/.test(text));
  if (required) return fine;
  return fc.oneof({ weight: wrong ? 1 : 6, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: fine });
}
