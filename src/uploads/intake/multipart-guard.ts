import type { IncomingMessage } from 'node:http';
import { type Problem, problem } from '../../errors.js';

/** Maximum size of the headers of one part, in bytes. */
const MAX_HEADERS = 16 * 1024;

/** Maximum length of a boundary that the parser takes. RFC 2046 allows 70 (section 5.1.1). */
const MAX_BOUNDARY = 252;

const BLANK_LINE = Buffer.from('\r\n\r\n');

/** What was found in a multipart body. */
interface WireParts {
  /** Parts so far, including those that the parser drops. */
  count(): number;
  /**
   * What `read` returned for the headers of a part that the parser delivers, counted from 1.
   */
  take(part: number): string | null;
  stop(): void;
}

/**
 * Counts the parts of a multipart body as it arrives. The parser silently drops a part with invalid
 * headers, and cuts headers that are too long: the one would lose a file, the other give it a wrong
 * name. Fails the request with malformed_multipart if headers are too long, with what `read`
 * throws, and with the problem that `arrive` returns. The parser itself would go on after parts
 * that it drops, however many come. Throws malformed_multipart without a boundary that it takes.
 */
export function countParts(
  raw: IncomingMessage,
  arrive: (bytes: number) => Problem | null,
  read: (headers: Buffer) => string | null,
): WireParts {
  const delimiter = Buffer.from(`\r\n--${boundaryOf(raw)}`);
  let parts = 0;
  let ended = false;
  // The first delimiter may be at the very beginning.
  let carry: Buffer = Buffer.from('\r\n');
  let headers: Buffer | null = null;
  const found = new Map<number, string | null>();
  const end = (fault: unknown) => {
    ended = true;
    raw.emit('error', fault);
  };

  /** Continues within the headers of a part. Returns where its content begins in the chunk. */
  const readHeaders = (chunk: Buffer, at: number, before: Buffer): number => {
    const block = Buffer.concat([before, chunk.subarray(at, at + MAX_HEADERS + BLANK_LINE.length)]);
    if (block.length >= 2 && block.subarray(0, 2).toString('latin1') === '--') {
      ended = true;
      parts -= 1;
      return chunk.length;
    }
    const length = block.indexOf(BLANK_LINE);
    if (length > MAX_HEADERS || (length === -1 && block.length > MAX_HEADERS)) {
      end(malformed(`A part has more than ${MAX_HEADERS} bytes of headers.`));
      return chunk.length;
    }
    headers = length === -1 ? block : null;
    carry = Buffer.alloc(0);
    if (length === -1) return chunk.length;
    try {
      found.set(parts, read(block.subarray(0, length)));
    } catch (fault) {
      end(fault);
    }
    return at + length + BLANK_LINE.length - before.length;
  };

  /** Finds the next delimiter. Returns where to continue in the chunk. */
  const findDelimiter = (chunk: Buffer, at: number): number => {
    const reach = delimiter.length - 1;
    const seam = Buffer.concat([carry, chunk.subarray(at, at + reach)]);
    const inSeam = seam.indexOf(delimiter);
    const inChunk = inSeam === -1 ? chunk.indexOf(delimiter, at) : -1;
    if (inSeam === -1 && inChunk === -1) {
      const rest = chunk.subarray(at);
      carry = Buffer.from((rest.length >= reach ? rest : Buffer.concat([carry, rest])).subarray(-reach));
      return chunk.length;
    }
    parts += 1;
    headers = Buffer.alloc(0);
    // Negative if it began in the previous chunk.
    return (inSeam === -1 ? inChunk : at + inSeam - carry.length) + delimiter.length;
  };

  const onData = (chunk: Buffer) => {
    const refusal = arrive(chunk.length);
    if (refusal !== null && !ended) end(refusal);
    for (let at = 0; at < chunk.length && !ended; ) {
      at = headers === null ? findDelimiter(chunk, at) : readHeaders(chunk, at, headers);
    }
  };
  raw.on('data', onData);
  const take = (part: number) => {
    const name = found.get(part) ?? null;
    found.delete(part);
    return name;
  };
  return { count: () => parts, take, stop: () => void raw.off('data', onData) };
}

/** The error for a form that breaks the rules of multipart/form-data (RFC 7578). */
export function malformed(detail: string) {
  return problem('malformed_multipart', `${detail} Let an HTTP library build the form, and send it again.`);
}

function boundaryOf(raw: IncomingMessage): string {
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(raw.headers['content-type'] ?? '');
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw malformed('The Content-Type has no boundary.');
  if (boundary.length > MAX_BOUNDARY)
    throw malformed(`The boundary has more than ${MAX_BOUNDARY} characters.`);
  return boundary;
}
