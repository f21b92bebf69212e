import type { Readable } from 'node:stream';
import type { ZenodoAnswer, ZenodoDownload, ZenodoRequest } from './send.js';

/** The body of a file for one attempt. */
interface AttemptBody {
  /** Delivers exactly as many bytes as announced. */
  body: Readable | AsyncIterable<Uint8Array>;
  signal?: AbortSignal | undefined;
  /** Called when the attempt is over, however it ended. */
  close?: () => void;
}

/** A file to PUT. `open` is called for each attempt, because a body can only be sent once. */
export interface FilePut {
  path: string;
  /** Bytes. */
  size: number;
  depositionId?: number | undefined;
  /** Zenodo has just shown the deposition to this user. */
  own?: boolean;
  open(): AttemptBody;
}

/**
 * Sends requests to Zenodo in a user's name: adds the token, and finds out what a refusal of the
 * token means. Returns Zenodo's answer. Throws a Problem if there is none, or if the token is
 * finally refused.
 */
export interface Transport {
  send(request: Omit<ZenodoRequest, 'token'>): Promise<ZenodoAnswer>;
  put(file: FilePut): Promise<ZenodoAnswer>;
  /**
   * A file as a stream, which must be read or destroyed, or the answer that says why there is none.
   * Zenodo has just shown the deposition to this user: only that tells where its files are.
   */
  get(path: string, depositionId?: number): Promise<ZenodoDownload | ZenodoAnswer>;
}
