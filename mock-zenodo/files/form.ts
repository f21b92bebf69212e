import type { Multipart } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { DomainError, FrameworkError } from '../errors.js';
import { type Received, TransferCut } from './blob-writer.js';

/** Larger text fields are refused, as by werkzeug (`max_form_memory_size`). */
const MAX_TEXT_BYTES = 500_000;

/** The part `file` of a form, already stored, and its field `name`. */
export interface FileForm {
  name: string | undefined;
  filename: string;
  blobId: string;
  received: Received;
}

/**
 * Reads a whole multipart form. The first part `file` goes straight to the blob store. Throws 413
 * beyond `maxMultipart` bytes, and the framework's 400 if there is no such part or the form cannot
 * be parsed.
 */
export async function receiveForm(request: FastifyRequest, blobId: string): Promise<FileForm> {
  const { blobs, options } = request.server.mock;
  const length = request.headers['content-length'];
  if (Number(length ?? 0) > options.maxMultipart) throw tooLarge();
  if (!request.isMultipart() || (length === undefined && !options.acceptChunked)) throw badRequest();
  const form: { name?: string; filename?: string; received?: Received } = {};
  try {
    for await (const part of partsOf(request)) {
      if (part.type === 'field') {
        if (part.valueTruncated === true) throw tooLarge();
        if (part.fieldname === 'name') form.name ??= String(part.value);
      } else if (part.fieldname === 'file' && form.received === undefined) {
        form.filename = part.filename;
        form.received = await blobs.receive(blobId, part.file, options.maxMultipart, tooLarge);
      } else {
        part.file.resume();
      }
    }
  } catch (error) {
    if (form.received !== undefined) await blobs.remove(blobId);
    if (error instanceof FrameworkError) throw error;
    if (error instanceof TransferCut || !request.raw.complete) throw cut();
    throw badRequest();
  }
  if (form.received === undefined) throw badRequest();
  return { name: form.name, filename: form.filename ?? '', blobId, received: form.received };
}

function partsOf(request: FastifyRequest): AsyncIterableIterator<Multipart> {
  return request.parts({
    preservePath: true,
    isPartAFile: (_name, _type, filename) => filename !== undefined,
    limits: { fileSize: Number.POSITIVE_INFINITY, fieldSize: MAX_TEXT_BYTES },
  });
}

function badRequest(): FrameworkError {
  return new FrameworkError(
    400,
    'The browser (or proxy) sent a request that this server could not understand.',
  );
}

function tooLarge(): FrameworkError {
  return new FrameworkError(413, 'The data value transmitted exceeds the capacity limit.');
}

function cut(): DomainError {
  return new DomainError(400, 'The file upload transfer failed, please try again.');
}
