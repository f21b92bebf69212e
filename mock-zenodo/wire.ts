import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createSampler, type Sampler } from './journal-sample.js';

/** Number of bytes of either body so far. */
interface ByteCount {
  /** Bytes of the request body that arrived. */
  bytesIn: number;
  /** Bytes of the response body that were handed to the connection. */
  bytesOut: number;
}

/** The bodies of one exchange as they pass, whichever code handles them. */
interface Wire {
  count: ByteCount;
  /** The beginning of either body. */
  requestBody: Sampler;
  answerBody: Sampler;
  /** True once the mock cut the connection itself. */
  cut: boolean;
  /** Called with the bytes that arrived after each piece of the request body. */
  onBytesIn: ((bytes: number) => void) | null;
  /** Stops reading the request body. Flow control then stops the client. */
  hold(): void;
  /** Continues reading. */
  release(): void;
  /**
   * Ends the connection at once: with `reset` like a failing network, otherwise like a closing
   * peer.
   */
  end(reset: boolean): void;
}

declare module 'fastify' {
  interface FastifyRequest {
    wire: Wire;
  }
}

/** Starts to observe an exchange. Must be called before anything reads the request. */
export function watchWire(request: FastifyRequest, reply: FastifyReply, count: ByteCount): Wire {
  let held = false;
  const raw = request.raw;
  const wire: Wire = {
    count,
    requestBody: createSampler(),
    answerBody: createSampler(),
    cut: false,
    onBytesIn: null,
    hold() {
      held = true;
    },
    release() {
      if (!held) return;
      held = false;
      raw._read(0);
    },
    end(reset) {
      wire.cut = true;
      if (reset) resetConnection(raw.socket);
      else raw.socket.destroy();
    },
  };
  watchRequest(raw, wire, () => held);
  watchAnswer(reply.raw, wire);
  return wire;
}

/**
 * Node's parser pushes each piece of a body, and continues when `_read` asks: these two places see
 * every byte, whatever the handler does.
 */
function watchRequest(raw: IncomingMessage, wire: Wire, held: () => boolean): void {
  const push = raw.push.bind(raw);
  const read = raw._read.bind(raw);
  raw.push = (chunk, encoding) => {
    if (Buffer.isBuffer(chunk)) {
      wire.count.bytesIn += chunk.length;
      wire.requestBody.add(chunk);
      wire.onBytesIn?.(wire.count.bytesIn);
    }
    const more = push(chunk, encoding);
    return more && !held();
  };
  raw._read = (size) => {
    if (!held()) read(size);
  };
}

function watchAnswer(raw: ServerResponse, wire: Wire): void {
  const count = (chunk: unknown) => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    wire.count.bytesOut += Buffer.byteLength(chunk);
    wire.answerBody.add(chunk);
  };
  const { write, end } = raw;
  raw.write = (...args: unknown[]) => {
    count(args[0]);
    return Reflect.apply(write, raw, args);
  };
  raw.end = (...args: unknown[]) => {
    count(args[0]);
    return Reflect.apply(end, raw, args);
  };
}

/** Ends a connection abruptly. Only plain TCP can be reset; TLS just stops. */
function resetConnection(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
