import fc, { type Arbitrary } from 'fast-check';
import { type Body, bodiesOf } from './bodies.js';
import { API_KEY, type Call, CONTAINER, DEPOSITION_ID, TOKEN, UPLOAD_ID } from './call.js';
import type { Operation, Parameter } from './document.js';
import { type Allowed, IMPOSSIBLE_IDS, isForGood, isGuess, spendsToken } from './policy.js';
import { TEXT, valuesOf } from './values.js';

export interface RequestOptions {
  allowed: Allowed;
  /** A callback URL that the deployment takes. */
  callbackUrl: string;
  hasApiKey: boolean;
}

/** What is wrong with a request, if anything. */
type Flaw = 'nothing' | 'path' | 'query' | 'headers' | 'body' | 'wire' | 'token';

/** How often each is tried. Wrong tokens are rare: services count them, and refuse whoever sends many. */
const WEIGHTS: Record<Flaw, number> = {
  nothing: 18,
  path: 5,
  query: 5,
  headers: 3,
  body: 10,
  wire: 5,
  token: 1,
};

/** Where the token stands. */
type Place = 'header' | 'body' | 'query' | 'nowhere';

/** A piece of a request. */
interface Piece {
  text: string;
  forbidden?: string;
}

/** A file that each draft for calls about files has. */
export const KNOWN_FILE = 'contract.txt';

/** Set by every HTTP client, or by the tester for reasons of its own. */
const OWN_HEADERS = new Set(['content-length', 'content-type', 'accept', 'authorization', 'x-api-key']);

/** Requests for a call, good ones and such as have one thing wrong. */
export function requestsOf(operation: Operation, options: RequestOptions): Arbitrary<Call> {
  const flaws = (Object.keys(WEIGHTS) as Flaw[]).flatMap((flaw) => {
    const arbitrary = withFlaw(operation, options, flaw);
    const weight = flaw === 'nothing' && isGuess(operation) ? 2 : WEIGHTS[flaw];
    return arbitrary === null ? [] : [{ weight, arbitrary }];
  });
  return fc.oneof(...flaws);
}

function withFlaw(operation: Operation, options: RequestOptions, flaw: Flaw): Arbitrary<Call> | null {
  const of = (place: Parameter['in']) =>
    operation.parameters.filter(({ in: where, name }) => where === place && name !== 'access_token');
  const hasToken = operation.needsToken && flaw !== 'token' && !spendsToken(operation, options.allowed);
  const canQuery = operation.parameters.some(
    ({ name, in: where }) => where === 'query' && name === 'access_token',
  );
  const bodies = bodiesOf(operation, options.callbackUrl, false);
  const headers = of('header').filter(({ name }) => !OWN_HEADERS.has(name.toLowerCase()));
  if (flaw === 'path' && of('path').length === 0) return null;
  if (flaw === 'query' && of('query').length === 0) return null;
  if (flaw === 'headers' && headers.length === 0) return null;
  if (flaw === 'body' && bodies.bad === null) return null;
  if (flaw === 'wire' && bodies.broken === null) return null;
  if (flaw === 'token' && !operation.needsToken) return null;
  const places: Place[] = ['header', 'header'];
  if (bodies.takesToken && flaw !== 'body' && flaw !== 'wire') places.push('body');
  if (canQuery) places.push('query');
  return fc.constantFrom<Place>(...(hasToken ? places : (['nowhere'] as const))).chain((place) => {
    const { good, bad, broken } = bodiesOf(operation, options.callbackUrl, place === 'body');
    return fc
      .record({
        path: fc.tuple(...of('path').map((one) => inPath(operation, one, flaw === 'path'))),
        query: fc.tuple(...of('query').map((one) => inQuery(one, flaw === 'query'))),
        headers: fc.tuple(...headers.map((one) => inHeader(one, flaw === 'headers'))),
        body: flaw === 'body' ? (bad ?? good) : flaw === 'wire' ? (broken ?? good) : good,
        token: place === 'nowhere' && operation.needsToken ? WRONG_TOKEN : fc.constant(null),
      })
      .map((parts) => {
        const names = (kind: Parameter['in']) =>
          (kind === 'header' ? headers : of(kind)).map(({ name }) => name);
        const query: [string, Piece | null][] = parts.query.map((piece, index) => [
          names('query')[index] ?? '',
          piece,
        ]);
        if (place === 'query') query.push(['access_token', { text: TOKEN }]);
        const set: [string, Piece | null][] = parts.headers.map((piece, index) => [
          names('header')[index] ?? '',
          piece,
        ]);
        if (place === 'header') set.push(['authorization', { text: `Bearer ${TOKEN}` }]);
        if (parts.token !== null && parts.token !== '') set.push(['authorization', { text: parts.token }]);
        if (options.hasApiKey) set.push(['x-api-key', { text: API_KEY }]);
        const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
          return encoded(parts.path[names('path').indexOf(name)]?.text ?? '');
        });
        const forbidden = [
          ...[...parts.path, ...parts.query].map((piece) => piece?.forbidden),
          parts.body?.forbidden,
          ...(place === 'nowhere' && operation.needsToken ? ['no valid access token'] : []),
        ].find((reason) => reason !== undefined);
        return assembled(operation, path, query, set, parts.body, forbidden);
      });
  });
}

/** Never one that somebody has: guessing is not what this is for. */
const WRONG_TOKEN = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('', 'Bearer', 'Bearer null', 'Basic Y29udHJhY3Q6', 'bearer') },
  { weight: 1, arbitrary: fc.uuid().map((id) => `Bearer contract-test-nobody-${id}`) },
);

function assembled(
  operation: Operation,
  path: string,
  query: [string, Piece | null][],
  headers: [string, Piece | null][],
  body: Body | null,
  forbidden: string | undefined,
): Call {
  const given = query.flatMap(([name, piece]) => (piece === null ? [] : [`${name}=${encoded(piece.text)}`]));
  const set = headers.flatMap(([name, piece]) => (piece === null ? [] : [[name, piece.text] as const]));
  return {
    operation,
    path: given.length === 0 ? path : `${path}?${given.join('&')}`,
    headers: {
      ...Object.fromEntries(set),
      ...(body === null || body.type === '' ? {} : { 'content-type': body.type }),
    },
    ...(body === null ? {} : { body: body.bytes }),
    ...(forbidden === undefined ? {} : { forbidden }),
  };
}

/** Percent-encoded, but for the placeholders. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/%24(?=CONTRACT_TOKEN|DEPOSITION_ID|UPLOAD_ID|CONTAINER)/g, '$');
}

const NOT_THERE = 'an id that nothing has';

function inPath(operation: Operation, { name }: Parameter, wrong: boolean): Arbitrary<Piece> {
  if (name === 'id' || name === 'deposition_id') {
    const impossible = fc.constantFrom(...IMPOSSIBLE_IDS).map((text) => ({ text, forbidden: NOT_THERE }));
    return wrong || isForGood(operation) ? impossible : fc.constant({ text: DEPOSITION_ID });
  }
  if (/upload/i.test(name)) {
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
function inQuery({ name, schema, required = false }: Parameter, wrong: boolean): Arbitrary<Piece | null> {
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
    return required ? fine : fc.option(fine, { nil: null });
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

/** What a schema says about a header is not held against who passes over what he does not understand. */
function inHeader({ schema, required = false }: Parameter, wrong: boolean): Arbitrary<Piece | null> {
  const { good } = valuesOf(schema);
  const values = wrong ? fc.oneof(TEXT, fc.constant('x'.repeat(2000))) : good;
  const fine = values
    .map((value) => ({ text: String(value).trim() }))
    .filter(({ text }) => /^[\x20-\x7e]+$/.test(text));
  return required ? fine : fc.option(fine, { nil: null });
}
