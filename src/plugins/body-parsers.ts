import type { IncomingMessage } from 'node:http';
import { parse as parsePairs } from 'node:querystring';
import { type Readable, Transform } from 'node:stream';
import { errorCodes, type FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { clientNetwork } from '../client-network.js';
import { problem } from '../errors.js';
import { type JsonShape, repeatedName, shapeOf, textMember } from '../json-shape.js';
import { createSemaphore } from '../semaphore.js';
import { pause } from '../time.js';
import { accessTokenOf, callerFromField } from './access-token.js';
import { checkQuery, jsonText, pairsText } from './utf8-text.js';

/**
 * Limits on the JSON of callers. Hand-made manifests are nested six deep. A name may be the path of
 * a file: 1,024 characters, each of which may be written as twelve bytes. The validator rewrites
 * every name for its error paths.
 */
const MAX_SHAPE = {
  depth: 100,
  values: 200_000,
  names: 16 * 1024,
  allNames: 1_000_000,
} satisfies JsonShape;

/**
 * Up to this size a body is parsed to find the access token in it. A larger body is parsed only for
 * a known caller.
 */
const MAX_STRANGE = 1024 * 1024;

/**
 * Bodies are JSON or urlencoded, in UTF-8 and not compressed. An empty body counts as none,
 * whatever its content type. GET may have a body, because it may carry the access token.
 */
export const bodyParsers = fp(
  async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      checkQuery(request.url);
      const coding = codingOf(request);
      if (coding === null || request.is404) return;
      reply.header('accept-encoding', 'identity');
      throw encoded(coding);
    });
    app.addHook('preParsing', async (request, _reply, body) => {
      if (!hasBody(request.raw) || !isKept(request)) return body;
      const length = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
      if (length > SMALL) return counted(body, request);
      request.holdBytes(length);
      return body;
    });
    app.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
    const parse = app.getDefaultJsonParser('error', 'error');
    const parseJson = async (request: FastifyRequest, body: Buffer): Promise<unknown> => {
      const { values, fault } = shapeOf(body, MAX_SHAPE);
      if (fault !== null) throw badShape(fault);
      request.holdBytes(body.length + values * VALUE_BYTES);
      const text = jsonText(body);
      const value = await new Promise((resolve, reject) => {
        parse(request, text, (error, parsed) => (error ? reject(error) : resolve(parsed)));
      });
      const twice = repeatedName(body);
      if (twice !== null) throw namedTwice(twice);
      return value;
    };
    const line = createSemaphore(1, 1);
    /**
     * Large bodies are parsed one after the other, and each is followed by a pause as long as its
     * work. Node accepts one connection in each turn of the event loop (libuv 1.45 and later):
     * without pauses, those behind a hundred bodies would wait for all of them.
     */
    const inTurn = async <T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> => {
      const end = await line.acquire(clientNetwork(request.ip), request.gone);
      const begun = performance.now();
      try {
        return await work();
      } finally {
        void pause(performance.now() - begun).then(end);
      }
    };
    app.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer' },
      async (request: FastifyRequest, body: Buffer) => {
        if (body.length === 0) return undefined;
        if (body.length > MAX_STRANGE) await requireCaller(request, body);
        return body.length > SMALL
          ? inTurn(request, () => parseJson(request, body))
          : parseJson(request, body);
      },
    );
    // fetch() sends this type if none is given. Fastify would parse it, and then report "not an
    // object".
    app.removeContentTypeParser('text/plain');
    app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => {
      done(body.length === 0 ? null : new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE('text/plain'), undefined);
    });
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'buffer' },
      async (request: FastifyRequest, body: Buffer) => {
        const { pairs, names } = pairsIn(body);
        if (pairs > MAX_SHAPE.values) throw tooManyPairs();
        if (names > MAX_SHAPE.allNames) throw badShape('allNames');
        request.holdBytes(body.length + pairs * VALUE_BYTES);
        return parsePairs(pairsText(body), '&', '=', { maxKeys: 0 });
      },
    );
  },
  { name: 'body-parsers', dependencies: ['requests-at-once'] },
);

/** The content types whose bodies are kept in memory, by routes that do not stream all of them. */
const KEPT = ['application/json', 'application/x-www-form-urlencoded', 'text/plain'];

/** Up to so many bytes, a body counts as soon as it is announced, and is parsed at once. */
const SMALL = 64 * 1024;

/** Bytes that a value takes once it is parsed, besides its text. */
const VALUE_BYTES = 32;

function isKept({ headers, server }: FastifyRequest): boolean {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return KEPT.includes(type) && server.hasContentTypeParser(type);
}

/**
 * A body of which each byte counts when it arrives, so that no one takes room for what they only
 * announce. It fails like the body itself.
 */
function counted(body: Readable, request: FastifyRequest): Readable {
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      try {
        request.holdBytes(bytes);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  // Also when its parser, which has given up, no longer listens.
  counting.on('error', () => undefined);
  body.once('error', (error) => counting.destroy(error));
  return body.pipe(counting);
}

const AMPERSAND = 0x26;
const EQUALS = 0x3d;

/** The number of pairs in an urlencoded body, and the bytes of their names. */
function pairsIn(body: Buffer): { pairs: number; names: number } {
  let [pairs, names, inName] = [1, 0, true];
  for (const byte of body) {
    if (byte === AMPERSAND) [pairs, inName] = [pairs + 1, true];
    else if (byte === EQUALS) inName = false;
    else if (inName) names += 1;
  }
  return { pairs, names };
}

function tooManyPairs() {
  return problem('too_complex', `The body has more than ${MAX_SHAPE.values} pairs. Send fewer.`);
}

/**
 * Throws unless the sender of a large body is known, by a token outside of it or by the member
 * `access_token` of it, which Zenodo knows if this service does not. Nothing is parsed for
 * strangers.
 */
async function requireCaller(request: FastifyRequest, body: Buffer): Promise<void> {
  const caller =
    accessTokenOf(request) === null
      ? await callerFromField(textMember(body, 'access_token') ?? '', request)
      : await request.principal('look');
  await request.server.connections.prove(caller, request.limits());
}

function badShape(fault: keyof JsonShape) {
  const what = {
    depth: `The JSON is nested more than ${MAX_SHAPE.depth} levels deep.`,
    values: `The JSON has more than ${MAX_SHAPE.values} values.`,
    names: `The names that lead to a value of the JSON have more than ${MAX_SHAPE.names} bytes.`,
    allNames: `The names of all fields have more than ${MAX_SHAPE.allNames} bytes together.`,
  };
  return problem(
    'too_complex',
    `${what[fault]} Send it with less nesting, fewer values and shorter names, or send the manifest as text.`,
  );
}

function namedTwice(name: string) {
  return problem(
    'invalid_json',
    `The body has the name “${name.slice(0, 100)}” twice in one object, of which a parser keeps only one value. Keep the right one and send it again.`,
    { errors: [{ field: name.slice(0, 100), message: 'occurs twice in one object' }] },
  );
}

/**
 * How the body is compressed; null if it is not. Node handles only `chunked` of Transfer-Encoding.
 */
function codingOf({ raw }: FastifyRequest): string | null {
  if (!hasBody(raw)) return null;
  const { 'content-encoding': content, 'transfer-encoding': transfer } = raw.headers;
  const codings = [...(content?.split(',') ?? []), ...(transfer?.split(',').slice(0, -1) ?? [])];
  return (
    codings.map((one) => one.trim().toLowerCase()).find((one) => one !== '' && one !== 'identity') ?? null
  );
}

/**
 * RFC 9110 section 15.5.16. Decompressed here, a small body could become arbitrarily large; and
 * Zenodo would store the compressed bytes of a file.
 */
function encoded(coding: string) {
  return problem(
    'unsupported_media_type',
    `The body is compressed or encoded (${coding.slice(0, 50)}). Send it without Content-Encoding.`,
    { errors: [{ field: 'content-encoding', message: 'must not be sent' }] },
  );
}

/** Whether a request has a body of at least one byte (RFC 9112 section 6). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
