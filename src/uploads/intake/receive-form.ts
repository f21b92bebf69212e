import type { Multipart } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../connections/caller.js';
import { Problem, problem } from '../../errors.js';
import { extend } from '../failures.js';
import type { UploadOptions } from '../model.js';
import { checkPath, encodedNameNotices, partPath, quoted } from '../plan/file-names.js';
import { MAX_FILES } from '../plan/limits.js';
import { brokenOff } from '../staging/faults.js';
import type { UploadWorker } from '../worker/worker.js';
import { formFault } from './form-faults.js';
import { type Form, MAX_LIST, readField } from './form-fields.js';
import { malformed, watchParts } from './multipart-guard.js';
import type { Receiver } from './receiver.js';
import { noToken } from './upload-request.js';

const MAX_FIELDS = 50;

/** What a form may hold. Bytes of a file are limited where they are staged. */
export const FORM_LIMITS = {
  parts: MAX_FILES + MAX_FIELDS,
  files: MAX_FILES,
  fields: MAX_FIELDS,
  fieldSize: MAX_LIST,
  fileSize: Number.MAX_SAFE_INTEGER,
  headerPairs: 100,
};

/** Who sends a form. The access token stands in the request's head, or in a field of the form. */
export interface FormCaller {
  /** Name of the field that says who sends it. */
  field: string;
  /**
   * What the caller may wish is settled already: fields of the form are not heeded. Asked once the
   * caller is known.
   */
  options?: () => UploadOptions;
  /** Null if the head has no token. */
  byHead(): Promise<Caller | null>;
  byField(value: string): Promise<Caller>;
}

/**
 * Takes an upload form part by part, in the order in which it comes. Throws whatever is wrong with
 * it; then nothing of it is left here.
 */
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
    if (request.raw.destroyed) throw brokenOff();
    await takeParts(request, sender, receiver, { form, fields });
    const notices = [...form.notices, ...encodedNameNotices([...fields.keys()])];
    return await receiver.complete(form.options, notices);
  } catch (error) {
    const fault = formFault(error);
    throw await receiver.refuse(fault instanceof Problem ? underFields(fault, fields, form) : fault);
  }
}

/**
 * Files are complained of under the names of the parts they came in; what has not come was
 * announced.
 */
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

/** `fields`: learns which file came under which field. */
async function takeParts(
  request: FastifyRequest,
  sender: FormCaller,
  receiver: Receiver,
  { form, fields }: { form: Form; fields: Map<string, string> },
): Promise<void> {
  const wire = watchParts(request.raw, receiver.arrive);
  let parts = 0;
  let announced = false;
  try {
    for await (const part of request.parts({ limits: FORM_LIMITS, preservePath: true })) {
      parts += 1;
      checkPart(part);
      if (part.type === 'file') {
        if (sender.options !== undefined && receiver.worker === null) throw noToken(sender.field);
        const path = partPath(part.filename, part.fieldname);
        fields.set(path, part.fieldname);
        checkPath(path);
        if (!announced) await receiver.announce(form.announced, form.options.archive);
        announced = true;
        await receiver.take(path, part.file);
      } else if (part.fieldname === sender.field) {
        const caller = await sender.byField(String(part.value));
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
 * What stands in a part as it is; the others are codes of mail, which no HTTP library sends (RFC
 * 7578 section 4.7).
 */
const PLAIN: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary']);

/**
 * Throws for a part that would be kept as something else than its sender meant: one in a transfer
 * encoding, whose bytes are decoded nowhere; one without a name; and text that is not UTF-8, for
 * which the parser puts U+FFFD.
 */
function checkPart(part: Multipart): void {
  const { encoding } = part;
  // Its type says that every part has one.
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
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!fieldname.includes('\ufffd') && !text.includes('\ufffd')) return;
  throw problem('invalid_request', `The field ${name} is not UTF-8. Encode it as UTF-8 and send it again.`, {
    errors: [{ field: name, message: 'is not UTF-8' }],
  });
}

function conflicting() {
  return problem('conflicting_tokens', 'Two different access tokens were sent. Send one.');
}
