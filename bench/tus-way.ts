import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOKEN } from './mock.js';
import { send } from './sending.js';
import { intoBucket, type Way } from './ways.js';

/** How often a caller asks whether Zenodo has all bytes, in milliseconds. */
const LOOK = 20;

/**
 * One file by tus: created, sent in one chunk as the upload page does, and finished when Zenodo has
 * it.
 */
export const tus: Pick<Way, 'send' | 'files'> = {
  async send(url, { id }, bytes, rate) {
    const { location, uploadId } = await announce(`${url}/depositions/${id}/tus`, bytes);
    const headers = {
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    };
    await send({ method: 'PATCH', url: location, headers, body: [bytes], rate });
    for (;;) {
      const answer = await fetch(`${url}/uploads/${uploadId}`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      const { state } = (await answer.json()) as { state: string };
      if (state === 'done') return null;
      if (state !== 'running') throw new Error(`an upload by tus is ${state}`);
      await sleep(LOOK);
    }
  },
  files: intoBucket.files,
};

async function announce(url: string, bytes: number): Promise<{ location: string; uploadId: string }> {
  const asked = request(url, {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'tus-resumable': '1.0.0',
      'upload-length': bytes,
      'upload-metadata': `filename ${Buffer.from('one.bin').toString('base64')}`,
    },
  }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const { location, 'upload-id': uploadId } = answer.headers;
  if (location === undefined) throw new Error(`${url} answers ${answer.statusCode}: ${await text(answer)}`);
  answer.resume();
  // Behind a proxy that sends no forwarding headers, the service gives its own address.
  return { location: new URL(new URL(location).pathname, url).href, uploadId: String(uploadId) };
}
