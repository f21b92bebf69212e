import { type DetailedError, Upload } from 'tus-js-client';
import { isPassing, Refusal, refusalOf } from './calls.js';
import { type Memory, markOf } from './memory.js';

/** Up to so many bytes come with the announcement: what breaks off then begins anew. */
export const SMALL = 256 * 1024;

/** `left_out`: the person goes on without it. */
export type ItemState = 'waiting' | 'sending' | 'paused' | 'retrying' | 'arrived' | 'failed' | 'left_out';

/** One file on its way from the browser to the service. */
export interface Item {
  path: string;
  file: File;
  /** Bytes that are on their way or there. */
  sent: number;
  state: ItemState;
  /** Attempts that failed since the last byte got through. */
  failures: number;
  /** Milliseconds since the epoch, while it waits for the next attempt. */
  retryAt: number;
  refusal: Refusal | null;
  upload: Upload | null;
  timer: number;
  /** When bytes last moved. */
  movedAt: number;
}

/** Where files go, and by whose right. */
export interface Destination {
  endpoint: string;
  secret: string;
  language: string;
  uploadId: string;
  memory: Memory;
}

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

/** What the service is told with each request. */
function headersOf({ secret, language }: Pick<Destination, 'secret' | 'language'>): Record<string, string> {
  return { authorization: `Bearer ${secret}`, 'accept-language': language };
}

/**
 * The file of an item by tus: it goes on where it stopped, if this browser remembers where that
 * was.
 */
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
    // The sender waits itself: the waits of the library come to an end, and do not heed
    // Retry-After.
    retryDelays: null,
    storeFingerprintForResuming: false,
    uploadDataDuringCreation: file.size <= SMALL,
    fileReader: { openFile: () => Promise.resolve(sourceOf(file)) },
    onUploadUrlAvailable: () => {
      if (upload.url !== null) memory.keep(mark, upload.url);
    },
    onAfterResponse: (request, answer) => {
      if (request.getMethod() !== 'HEAD') return;
      // The library would begin the file anew after any HEAD that fails.
      const refusal = refusalOf(answer.getStatus(), answer.getBody(), null);
      if (isPassing(refusal)) throw refusal;
    },
    onProgress: on.progress,
    onSuccess: on.success,
    onError: on.error,
  });
  return upload;
}

/**
 * A large file without its last byte, and that byte in a request of its own. Browsers look whether
 * a file is still the one that was chosen when they begin to read it, and not while they read: a
 * file that changes on its way is noticed at the last byte, without which nothing of it comes to
 * stand at Zenodo.
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

/** Removes what has arrived of an item. What cannot be removed now goes with its upload. */
export async function removeArrived({ path, file }: Item, destination: Destination): Promise<void> {
  const mark = markOf(path, file);
  const url = destination.memory.url(mark);
  if (url === null) return;
  await removeAt(url, destination);
  destination.memory.drop(mark);
}

/** Has the service drop a file that was begun. */
export async function removeAt(url: string, who: Pick<Destination, 'secret' | 'language'>): Promise<void> {
  const options = { headers: headersOf(who), retryDelays: [1000, 3000, 5000] };
  await Upload.terminate(url, options).catch(() => undefined);
}

/**
 * Why an item did not get through. A file that was changed, moved or deleted since it was chosen
 * cannot be read any more.
 */
export async function refusalTo({ file }: Item, error: Error | DetailedError): Promise<Refusal> {
  const answer = 'originalResponse' in error ? error.originalResponse : null;
  if (answer !== null) {
    return refusalOf(answer.getStatus(), answer.getBody(), answer.getHeader('Retry-After') ?? null);
  }
  const readable = await file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
  return new Refusal(0, readable ? 'no_answer' : 'file_changed', '', null, null);
}
