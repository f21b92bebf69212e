import fc, { type Arbitrary } from 'fast-check';
import { bodiesOf } from './bodies.js';
import { API_KEY, type Call, TOKEN } from './call.js';
import type { Operation, Parameter } from './document.js';
import { inHeader, inPath, inQuery, type Piece } from './parameters.js';
import { type Allowed, isGuess, spendsToken } from './policy.js';

interface RequestOptions {
  allowed: Allowed;
  /** A callback URL that the deployment accepts. */
  callbackUrl: string;
  hasApiKey: boolean;
}

/** What is wrong with a request, if anything. */
const FLAWS = ['nothing', 'path', 'query', 'header', 'body', 'wire', 'token'] as const;
type Flaw = (typeof FLAWS)[number];

/**
 * How often each is tried. Wrong tokens are rare: services count them, and refuse callers who send
 * many.
 */
const WEIGHTS: Record<Flaw, number> = {
  nothing: 18,
  path: 5,
  query: 5,
  header: 3,
  body: 10,
  wire: 5,
  token: 1,
};

/** The position of the token. */
type Place = 'header' | 'body' | 'query' | 'nowhere';

/** Positions of the token outside the header. */
const FIELD = 'access_token';

/** Set by every HTTP client, or by the tester for its own reasons. */
const TESTERS_OWN = new Set([
  'content-length',
  'content-type',
  'accept',
  'authorization',
  'x-api-key',
  FIELD,
]);

/** Requests for a call: valid ones, and ones with exactly one fault. */
export function requestsOf(operation: Operation, options: RequestOptions): Arbitrary<Call> {
  const weighted = FLAWS.filter((flaw) => canHave(flaw, operation)).map((flaw) => ({
    weight: flaw === 'nothing' && isGuess(operation) ? 2 : WEIGHTS[flaw],
    arbitrary: fc
      .constantFrom(...placesOf(flaw, operation, options.allowed))
      .chain((place) => withFlaw(flaw, place, operation, options)),
  }));
  return fc.oneof(...weighted);
}

function parametersOf({ parameters }: Operation, place: Parameter['in']): Parameter[] {
  return parameters.filter(({ in: where, name }) => where === place && !TESTERS_OWN.has(name.toLowerCase()));
}

function canHave(flaw: Flaw, operation: Operation): boolean {
  switch (flaw) {
    case 'nothing':
      return true;
    case 'body':
      return bodiesOf(operation, '', false).bad !== null;
    case 'wire':
      return bodiesOf(operation, '', false).broken !== null;
    case 'token':
      return operation.needsToken;
    default:
      return parametersOf(operation, flaw).length > 0;
  }
}

function placesOf(flaw: Flaw, operation: Operation, allowed: Allowed): Place[] {
  if (!operation.needsToken || flaw === 'token' || spendsToken(operation, allowed)) return ['nowhere'];
  const takesQuery = operation.parameters.some(({ name, in: where }) => where === 'query' && name === FIELD);
  const takesField = bodiesOf(operation, '', false).takesToken && flaw !== 'body' && flaw !== 'wire';
  return [
    'header',
    'header',
    ...(takesField ? (['body'] as const) : []),
    ...(takesQuery ? (['query'] as const) : []),
  ];
}

function withFlaw(flaw: Flaw, place: Place, operation: Operation, options: RequestOptions): Arbitrary<Call> {
  const { good, bad, broken } = bodiesOf(operation, options.callbackUrl, place === 'body');
  const unauthorized = operation.needsToken && place === 'nowhere';
  const fixed: Record<string, string> = {
    ...(options.hasApiKey ? { 'x-api-key': API_KEY } : {}),
    ...(place === 'header' ? { authorization: `Bearer ${TOKEN}` } : {}),
  };
  return fc
    .record({
      path: named(parametersOf(operation, 'path'), (one) => inPath(operation, one, flaw === 'path')),
      query: named(parametersOf(operation, 'query'), (one) => inQuery(one, flaw === 'query')),
      headers: named(parametersOf(operation, 'header'), (one) => inHeader(one, flaw === 'header')),
      body: (flaw === 'body' ? bad : flaw === 'wire' ? broken : good) ?? good,
      token: unauthorized ? WRONG_TOKEN : fc.constant(''),
    })
    .map(({ path, query, headers, body, token }) => {
      const wrong = [...Object.values(path), ...Object.values(query), body].map((one) => one?.forbidden);
      const reason = [...wrong, unauthorized ? 'no valid access token' : undefined].find(Boolean);
      return {
        operation,
        path: withQuery(filledIn(operation.path, path), {
          ...query,
          ...(place === 'query' ? { [FIELD]: { text: TOKEN } } : {}),
        }),
        headers: {
          ...texts(headers),
          ...fixed,
          ...(token === '' ? {} : { authorization: token }),
          ...(body === null || body.type === '' ? {} : { 'content-type': body.type }),
        },
        ...(body === null ? {} : { body: body.bytes }),
        ...(reason === undefined ? {} : { forbidden: reason }),
      };
    });
}

/** Never a token that somebody has: guessing tokens is not the purpose. */
const WRONG_TOKEN = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('', 'Bearer', 'Bearer null', 'Basic Y29udHJhY3Q6', 'bearer') },
  { weight: 1, arbitrary: fc.uuid().map((id) => `Bearer contract-test-nobody-${id}`) },
);

function named<T>(
  parameters: readonly Parameter[],
  make: (parameter: Parameter) => Arbitrary<T>,
): Arbitrary<Record<string, T>> {
  return fc.record(Object.fromEntries(parameters.map((one) => [one.name, make(one)])));
}

function texts(pieces: Record<string, Piece | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pieces).flatMap(([name, piece]) => (piece === null ? [] : [[name, piece.text]])),
  );
}

function filledIn(path: string, pieces: Record<string, Piece>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encoded(pieces[name]?.text ?? ''));
}

function withQuery(path: string, pieces: Record<string, Piece | null>): string {
  const given = Object.entries(texts(pieces)).map(([name, text]) => `${name}=${encoded(text)}`);
  return given.length === 0 ? path : `${path}?${given.join('&')}`;
}

/** Percent-encoded, except for the placeholders. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/%24(?=CONTRACT_TOKEN|DEPOSITION_ID|UPLOAD_ID|CONTAINER)/g, '$');
}
