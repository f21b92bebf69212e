import fc, { type Arbitrary } from 'fast-check';
import type { Body } from './bodies.js';
import type { Schema } from './document.js';
import { TEXT } from './values.js';

/** A part of a form. */
interface Part {
  field: string;
  filename?: string;
  content: Uint8Array | string;
}

const BOUNDARY = 'contract-boundary';
const FORM = `multipart/form-data; boundary=${BOUNDARY}`;

const NAMES = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'a.csv',
      'b.txt',
      'folder/a.csv',
      'folder/b/c.csv',
      'other/ü.txt',
      'manifest.rdmc',
    ),
  },
  { weight: 2, arbitrary: TEXT },
);

const FILE: Arbitrary<Part> = fc.record({
  field: fc.constantFrom('files', 'f', 'x[]'),
  filename: NAMES,
  content: fc.oneof(
    { weight: 8, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 600 }) },
    { weight: 1, arbitrary: fc.constant('') },
  ),
});

/**
 * Forms with a few small files. The fields that the contract names come before them. `token` is the
 * first field, if there is one.
 */
export function formsOf(schema: Schema, token: string | null): Arbitrary<Body> {
  const fields = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)
    .filter(([name, one]) => one['type'] === 'string' && name !== 'access_token')
    .map(([field, one]) => rarely(fieldOf(field, one)));
  return fc
    .tuple(fc.tuple(...fields), fc.array(FILE, { minLength: 1, maxLength: 3 }))
    .map(([some, files]) => ({
      type: FORM,
      bytes: written([...first(token), ...some.filter((one) => one !== null), ...files]),
    }));
}

/** Forms that break off, or that contain nothing. */
export function brokenForms(token: string | null): Arbitrary<Body> {
  const whole = written([...first(token), { field: 'files', filename: 'a.csv', content: 'a,b\n1,2\n' }]);
  const wrong = (type: string, bytes: Buffer, forbidden: string) => fc.constant({ type, bytes, forbidden });
  return fc.oneof(
    wrong(FORM, written(first(token)), 'a form without files'),
    wrong(FORM, Buffer.alloc(0), 'a form without a body'),
    wrong('multipart/form-data', whole, 'a form that does not name its boundary'),
    wrong('application/json', whole, 'a form with the content type JSON'),
    wrong(FORM.replace('contract', 'other'), whole, 'a form with a different boundary than declared'),
    fc
      .integer({ min: 1, max: whole.length - BOUNDARY.length - 6 })
      .map((end) => ({ type: FORM, bytes: whole.subarray(0, end), forbidden: 'a form that is cut off' })),
  );
}

function rarely(part: Arbitrary<Part>): Arbitrary<Part | null> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: part });
}

function first(token: string | null): Part[] {
  return token === null ? [] : [{ field: 'access_token', content: token }];
}

function fieldOf(field: string, schema: Schema): Arbitrary<Part> {
  const values = (schema['enum'] as string[] | undefined) ?? ['{}', '{"a.csv": 3}'];
  return fc
    .oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: TEXT })
    .map((content) => ({ field, content }));
}

function written(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ field, filename, content }) => {
    const named = filename === undefined ? '' : `; filename="${escaped(filename)}"`;
    return [
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"${named}\r\n\r\n`,
      content,
      '\r\n',
    ];
  });
  return Buffer.concat([...pieces, `--${BOUNDARY}--\r\n`].map((piece) => Buffer.from(piece as Uint8Array)));
}

/** As browsers do. */
function escaped(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
