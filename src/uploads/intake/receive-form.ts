import type { FastifyRequest } from 'fastify';
import { problem } from '../../errors.js';
import { accessTokenOf, callerFromField } from '../../plugins/access-token.js';
import type { Run } from '../queue/run.js';
import { type Form, readField } from './form.js';
import { brokenOff, formFault } from './form-faults.js';
import { partPath } from './names.js';
import type { Reception } from './reception.js';
import { malformed, watchParts } from './wire-parts.js';

/** What a form may hold. Bytes of a file are limited where they are staged. */
export const FORM_LIMITS = {
  parts: 1000,
  files: 1000,
  fields: 50,
  fieldSize: 64 * 1024,
  fileSize: Number.MAX_SAFE_INTEGER,
  headerPairs: 100,
};

/**
 * Takes an upload form part by part, in the order in which it comes. Throws whatever is wrong with it; then nothing of it
 * is left here.
 */
export async function receiveForm(request: FastifyRequest, reception: Reception): Promise<Run> {
  const form: Form = { wishes: { archive: 'zip', sync: false }, announced: new Map(), warnings: [] };
  try {
    if (accessTokenOf(request) !== null) await reception.authorize(await request.caller());
    if (request.raw.destroyed) throw brokenOff();
    await takeParts(request, reception, form);
    return await reception.complete(form.wishes, form.warnings);
  } catch (error) {
    throw await reception.refuse(formFault(error));
  }
}

async function takeParts(request: FastifyRequest, reception: Reception, form: Form): Promise<void> {
  const wire = watchParts(request.raw);
  let parts = 0;
  let announced = false;
  try {
    for await (const part of request.parts({ limits: FORM_LIMITS, preservePath: true })) {
      parts += 1;
      if (part.type === 'file') {
        const path = partPath(part.filename, part.fieldname);
        if (!announced) reception.announce(form.announced, form.wishes.archive);
        announced = true;
        await reception.take(path, part.file);
      } else if (part.fieldname === 'access_token') {
        const caller = await callerFromField(String(part.value), request);
        if (reception.run === null) await reception.authorize(caller);
        else if (reception.run.caller.owner !== caller.owner) throw conflicting();
      } else {
        readField(form, part.fieldname, part.value, part.valueTruncated);
      }
    }
  } finally {
    wire.stop();
  }
  if (wire.count() !== parts) throw malformed('A part has no Content-Disposition that can be read.');
}

function conflicting() {
  return problem('conflicting_tokens', 'Two different access tokens were sent. Send one.');
}
