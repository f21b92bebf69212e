import { type DetailedError, Upload } from 'tus-js-client';
import { isPassing, Refusal, refusalOf } from './calls.js';
import { type Memory, markOf } from './memory.js';

/** Files up to this size are sent with their announcement. If that breaks off, they begin anew. */
export const SMALL = 256 * 1024;

/** How long the removal of a file may take, with its repetitions. Milliseconds. */
const REMOVAL = 60_000;

/** `left_out`: the user continues without it. */
export type ItemState = 'waiting' | 'sending' | 'paused' | 'retrying' | 'arrived' | 'failed' | 'left_out';

/** A file on its way from the browser to the service. */
export interface Item {
  path: string;
  file: File;
  /** Bytes that were sent, or are in flight. */
  sent: number;
  state: ItemState;
  /** Failed attempts since the last byte was accepted. */
  failures: number;
  /** When the next attempt begins, in milliseconds since the epoch. */
  retryAt: number;
  refusal: Refusal | null;
  upload: Upload | null;
  timer: number;
  /** When bytes last moved. */
  movedAt: number;
}

/** Where files go, and the secret of the link. */
export interface Destination {
  endpoint: string;
  secret: string;
  language: string;
  uploadId: string;
  memory: Memory;
}

/** A file that was chosen and not yet sent. */
export function newItem(path: string, file: File): Item {
  return {
    path,
    file,
    sent: 0,
    state: 'waiting',
    failures: 0,
    retryAt: 0,
    refusal: null,
    upload: null,
    timer: 0,
    movedAt: 0,
  };
}

/** The headers of each request. */
function headersOf({ secret, language }: Pick<Destination, 'secret' | 'language'>): Record<string, string> {
  return { authorization: `Bearer ${secret}`, 'accept-language': language };
}

/** Uploads an item by tus. It continues where it stopped, if this browser remembers its URL. */
export function tusUpload(
  { path, file }: Item,
  destination: Destination,
  on: { progress(sent: number): void; success(): void; error(error: Error | DetailedError): void },
): Upload {
  const { endpoint, uploadId, memory } = destination;
  const mark = markOf(path, file);
  const upload = new Upload(file, {
    endpoint,
    uploadUrl: memory.url(mark),
    headers: headersOf(destination),
    metadata: {
      filename: path.split('/').at(-1) ?? path,
      ...(path.includes('/') ? { relativePath: path } : {}),
      upload_id: uploadId,
    },
    // The sender waits itself: the library gives up after a while, and ignores Retry-After.
    retryDelays: null,
    storeFingerprintForResuming: false,
    uploadDataDuringCreation: file.size <= SMALL,
    fileReader: { openFile: () => Promise.resolve(sourceOf(file)) },
    onUploadUrlAvailable: () => {
      if (upload.url !== null) memory.keep(mark, upload.url);
    },
    onAfterResponse: (request, answer) => {
      if (request.getMethod() !== 'HEAD') return;
      // The library would start the file again after any failed HEAD.
      const refusal = refusalOf(
        answer.getStatus(),
        answer.getBody(),
        answer.getHeader('Retry-After') ?? null,
      );
      if (isPassing(refusal)) throw refusal;
    },
    onProgress: on.progress,
    onSuccess: on.success,
    onError: on.error,
  });
  return upload;
}

/**
 * A large file without its last byte, which is sent in a request of its own. Browsers check whether
 * a file has changed only when they begin to read it. A file that changes meanwhile is noticed at
 * the last byte, without which nothing of it reaches Zenodo.
 */
function sourceOf(file: File) {
  const last = file.size - 1;
  return {
    size: file.size,
    slice(start: number, wanted: number) {
      const end = file.size > SMALL && start < last ? Math.min(wanted, last) : wanted;
      return Promise.resolve({ value: file.slice(start, end), done: end >= file.size });
    },
    close: () => undefined,
  };
}

/** Removes the bytes of an item from the service. Returns whether none are left there. */
export async function removeArrived({ path, file }: Item, destination: Destination): Promise<boolean> {
  const mark = markOf(path, file);
  const url = destination.memory.url(mark);
  if (url === null) return true;
  const isGone = await removeAt(url, destination);
  if (isGone) destination.memory.drop(mark);
  return isGone;
}

/** Makes the service drop a file. Returns whether it is gone: if not, it would go to Zenodo. */
export function removeAt(url: string, who: Pick<Destination, 'secret' | 'language'>): Promise<boolean> {
  const options = { headers: headersOf(who), retryDelays: [1000, 3000, 5000] };
  const removed = Upload.terminate(url, options).then(
    () => true,
    (error: Error | DetailedError) => {
      const answer = 'originalResponse' in error ? error.originalResponse : null;
      return answer !== null && [404, 410].includes(answer.getStatus());
    },
  );
  const silence = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), REMOVAL));
  return Promise.race([removed, silence]);
}

/**
 * Why an item failed. A file that was changed, moved or deleted since it was chosen cannot be read
 * any more.
 */
export async function refusalTo({ file }: Item, error: Error | DetailedError): Promise<Refusal> {
  const answer = 'originalResponse' in error ? error.originalResponse : null;
  if (answer !== null) {
    return refusalOf(answer.getStatus(), answer.getBody(), answer.getHeader('Retry-After') ?? null);
  }
  if ('causingError' in error && error.causingError instanceof Refusal) return error.causingError;
  const readable = await file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
  return new Refusal(0, readable ? 'no_answer' : 'file_changed');
}
