import type { IncomingMessage } from 'node:http';
import { incompleteBody } from '../staging/faults.js';
import { createNotifier } from '../staging/notifier.js';

/**
 * The chunks of a request's body. Unlike the stream's own iterator it does not destroy the request
 * if its consumer stops early or the body fails, because the connection is still needed for the
 * response. Throws incomplete_body if the sender hangs up.
 */
export async function* bodyOf(raw: IncomingMessage): AsyncGenerator<Buffer> {
  const notifier = createNotifier();
  const gone = () => notifier.fail(incompleteBody());
  raw.on('readable', notifier.notify);
  raw.on('end', notifier.notify);
  raw.on('error', notifier.fail);
  raw.on('close', gone);
  try {
    for (;;) {
      const chunk: Buffer | null = raw.read();
      if (chunk !== null) {
        yield chunk;
      } else if (raw.readableEnded || (raw.destroyed && raw.complete)) {
        // All of it was read: 'end' never comes if the sender left before it was read. If more was
        // sent than announced, the rest is not a request, and the sender gets an error.
        if (raw.socket.errored !== null) throw incompleteBody(raw.socket.errored);
        return;
      } else if (raw.destroyed) throw incompleteBody();
      else await notifier.next();
    }
  } finally {
    raw.off('readable', notifier.notify);
    raw.off('end', notifier.notify);
    raw.off('error', notifier.fail);
    raw.off('close', gone);
  }
}
