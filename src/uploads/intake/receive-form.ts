import type { Multipart } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../connections/caller.js';
import { Problem, problem } from '../../errors.js';
import { extend } from '../failures.js';
import type { UploadOptions } from '../model.js';
import { checkPath, encodedNameNotices, partPath, quoted } from '../plan/file-names.js';
import { MAX_FILES } from '../plan/limits.js';
import { incompleteBody } from '../staging/faults.js';
import type { UploadWorker } from '../worker/worker.js';
import { formFault } from './form-faults.js';
import { type Form, fieldText, MAX_LIST, readField } from './form-fields.js';
import { countParts, malformed } from './multipart-guard.js';
import { extendedName } from './part-disposition.js';
import type { Receiver } from './receiver.js';
import { noToken } from './upload-request.js';

const MAX_FIELDS = 50;

/** Limits of a form. Staging limits the bytes of files. */
export const FORM_LIMITS = {
  parts: MAX_FILES + MAX_FIELDS,
  files: MAX_FILES,
  fields: MAX_FIELDS,
  fieldSize: MAX_LIST,
  fileSize: Number.MAX_SAFE_INTEGER,
  headerPairs: 100,
};

/** The sender of a form. The access token is in the request's header or in a field. */
export interface FormCaller {
  /** Name of the field with the access token. */
  field: string;
  /**
   * The options of an upload link: fields of the form are then ignored. Called when the caller is
   * known.
   */
  options?: () => UploadOptions;
  /** The caller by the header; null if it has no token. */
  byHead(): Promise<Caller | null>;
  byField(value: string): Promise<Caller>;
}

/** Receives an upload form part by part. Throws what is wrong with it, and then keeps nothing. */
export async function receiveForm(
  request: FastifyRequest,
  sender: FormCaller,
  receiver: Receiver,
): Promise<UploadWorker> {
  const form: Form = {
    options: { archive: 'zip', sync: false, folders: null },
    announced: new Map(),
    notices: [],
  };
  const fields = new Map<string, string>();
  try {
    const caller = await sender.byHead();
    if (caller !== null) await receiver.authorize(caller);
    if (request.raw.destroyed) throw incompleteBody();
    await takeParts(request, sender, receiver, { form, fields });
    const notices = [...form.notices, ...encodedNameNotices([...fields.keys()])];
    return await receiver.complete(form.options, notices);
  } catch (error) {
    const fault = formFault(error);
    throw await receiver.refuse(fault instanceof Problem ? underFields(fault, fields, form) : fault);
  }
}

/** Names files in errors by the fields they came in, and missing ones by the announcement. */
function underFields(fault: Problem, fields: ReadonlyMap<string, string>, { announced }: Form): Problem {
  const { errors } = fault.members;
  if (errors === undefined) return fault;
  const elsewhere = announced.size > 0 ? 'sizes' : 'files';
  const named = errors.map((one) =>
    one.file === undefined || one.field === 'sizes'
      ? one
      : { ...one, field: fields.get(one.file) ?? elsewhere },
  );
  return extend(fault, { errors: named });
}

/** Records in `fields` which file came in which field. */
async function takeParts(
  request: FastifyRequest,
  sender: FormCaller,
  receiver: Receiver,
  { form, fields }: { form: Form; fields: Map<string, string> },
): Promise<void> {
  const wire = countParts(request.raw, receiver.arrive, extendedName);
  let parts = 0;
  let announced = false;
  try {
    for await (const part of request.parts({ limits: FORM_LIMITS, preservePath: true })) {
      parts += 1;
      const extended = wire.take(parts);
      checkPart(part);
      if (part.type === 'file') {
        if (sender.options !== undefined && receiver.worker === null) throw noToken(sender.field);
        const path = extended ?? partPath(part.filename, part.fieldname);
        fields.set(path, part.fieldname);
        checkPath(path);
        if (!announced) await receiver.announce(form.announced, form.options.archive);
        announced = true;
        await receiver.take(path, part.file);
      } else if (part.fieldname === sender.field) {
        const caller = await sender.byField(fieldText(part.value));
        if (receiver.worker === null) await receiver.authorize(caller);
        else if (receiver.worker.caller.owner !== caller.owner) throw conflicting();
        form.options = sender.options?.() ?? form.options;
      } else if (sender.options === undefined) {
        readField(form, part.fieldname, part.value, part.valueTruncated);
      }
    }
  } finally {
    wire.stop();
  }
  if (wire.count() !== parts) throw malformed('A part has no readable Content-Disposition.');
}

/**
 * Transfer encodings that leave the content unchanged. The others are for mail, and HTTP libraries
 * do not use them (RFC 7578 section 4.7).
 */
const PLAIN: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary']);

/**
 * Throws for a part that would be stored differently from what its sender meant: with a transfer
 * encoding, which is not decoded; without a name; or with text that is not UTF-8, for which the
 * parser substitutes U+FFFD.
 */
function checkPart(part: Multipart): void {
  const { encoding } = part;
  // Its type wrongly says that it is always set.
  const fieldname: unknown = part.fieldname;
  if (typeof fieldname !== 'string') throw malformed('A part has no name.');
  const name = quoted(fieldname);
  if (!PLAIN.has(encoding.trim())) {
    throw problem(
      'unsupported_media_type',
      `The part ${name} has the Content-Transfer-Encoding ${quoted(encoding)}. Send its bytes unchanged, without this header.`,
      { errors: [{ field: name, message: 'has a Content-Transfer-Encoding' }] },
    );
  }
  const value = part.type === 'field' ? part.value : '';
  // Only the names in lists are kept of JSON, which may be nested too deeply to be written.
  const texts = typeof value === 'object' ? Object.keys(value ?? {}) : [String(value)];
  if (![fieldname, ...texts].some((text) => text.includes('\ufffd'))) return;
  throw problem('invalid_request', `The field ${name} is not UTF-8. Encode it as UTF-8 and send it again.`, {
    errors: [{ field: name, message: 'is not UTF-8' }],
  });
}

function conflicting() {
  return problem('conflicting_tokens', 'Two different access tokens were sent. Send one.');
}
