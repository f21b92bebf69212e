import type { Readable } from 'node:stream';
import type { ZenodoAnswer, ZenodoDownload, ZenodoRequest } from './send.js';

/** The body of a file for one attempt, and what ends with it. */
interface FileBody {
  /** Delivers exactly as many bytes as were announced. */
  body: Readable | AsyncIterable<Uint8Array>;
  signal?: AbortSignal | undefined;
  /** Called when the attempt is over, however it ended. */
  close?: () => void;
}

/** A file to put. `open` is called for each attempt, because a body can be sent only once. */
export interface FilePut {
  path: string;
  /** Bytes. */
  size: number;
  depositionId?: number | undefined;
  open(): FileBody;
}

/**
 * How a request reaches Zenodo in a user's name: it adds the token, and finds out what a refusal of
 * the token means. Answers what Zenodo answers. Throws a Problem if there is no answer, or if the
 * token is refused for good.
 */
export interface Transport {
  send(request: Omit<ZenodoRequest, 'token'>): Promise<ZenodoAnswer>;
  put(file: FilePut): Promise<ZenodoAnswer>;
  /**
   * A file as a stream, which must be read or destroyed, or the answer that says why there is none.
   */
  get(path: string, depositionId?: number): Promise<ZenodoDownload | ZenodoAnswer>;
}
