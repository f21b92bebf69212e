import type { FastifyRequest } from 'fastify';
import { checkName } from '../plan/file-names.js';
import { incompleteBody } from '../staging/faults.js';
import type { UploadWorker } from '../worker/worker.js';
import { md5InHex } from './announced.js';
import { formFault } from './form-faults.js';
import type { Receiver } from './receiver.js';
import { bodyOf } from './request-body.js';

/** Receives a body that is one file. Throws what is wrong with it, and then keeps nothing. */
export async function receiveRaw(
  request: FastifyRequest,
  receiver: Receiver,
  { name, size, md5 }: { name: string; size: number; md5?: string | undefined },
): Promise<UploadWorker> {
  try {
    checkName(name);
    await receiver.authorize(await request.principal());
    if (request.raw.destroyed && !request.raw.complete) throw incompleteBody();
    await receiver.announce(
      new Map([[name, { size, md5: md5 === undefined ? undefined : md5InHex(md5) }]]),
      'zip',
    );
    await receiver.take(name, bodyOf(request.raw));
    return await receiver.complete({ archive: 'zip', sync: false, folders: null }, []);
  } catch (error) {
    throw await receiver.refuse(formFault(error));
  }
}
