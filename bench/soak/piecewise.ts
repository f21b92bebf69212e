import { randomUUID } from 'node:crypto';
import { CALLBACK } from '../../test/consent.js';
import { metadata } from '../../test/tus-caller.js';
import type { SoakAnswer, SoakCaller } from './caller.js';
import type { Chance } from './chance.js';
import { halfOf, type PiecewiseParcel } from './parcel.js';
import type { Tally } from './tally.js';

/** Number of requests for a file after which its sender gives up. */
const TURNS = 200;

const TUS = { 'tus-resumable': '1.0.0' };

/** The sender, where its requests are counted, and the random choices about the pieces. */
interface Sender {
  caller: SoakCaller;
  tally: Tally;
  chance: Chance;
}

/** Sends a parcel by tus with the caller's own token, as one upload. Returns the last response. */
export async function sendPieces(sender: Sender, id: number, parcel: PiecewiseParcel): Promise<SoakAnswer> {
  return sendAs(sender, id, parcel, {});
}

/**
 * Sends a parcel as a user's browser does: with an upload link, after asking for the plan, and then
 * completes the upload. The plan must equal what is sent. Returns the response to the completion,
 * or the response that prevented it.
 */
export async function sendByLink(sender: Sender, id: number, parcel: PiecewiseParcel): Promise<SoakAnswer> {
  const { caller, tally } = sender;
  const json = { return_url: CALLBACK };
  const made = await caller.ask('link', 'POST', `/depositions/${id}/upload-links`, { json });
  if (made.status !== 201) return made;
  const headers = { authorization: `Bearer ${new URL(String(made.body['url'])).hash.slice(1)}` };
  await caller.ask('link page', 'GET', '/upload-link', { headers });
  const files = [...parcel.files].map(([path, { length }]) => ({ path, size: length }));
  const plan = await caller.ask('link plan', 'POST', '/upload-link/plan', { json: { files }, headers });
  if (plan.status === 200) {
    const planned = (plan.body['files'] as { name: string }[]).map(({ name }) => name).sort();
    const wanted = [...parcel.sums.keys()].sort();
    if (planned.join() !== wanted.join())
      tally.fault(`the plan of ${wanted} is ${JSON.stringify(plan.body)}`);
  }
  const sent = await sendAs(sender, id, parcel, headers);
  if (sent.status !== 202) return sent;
  const finished = await caller.ask('link finish', 'POST', '/upload-link/finish', { headers });
  if (finished.status === 200 && finished.body['upload_id'] !== sent.body['upload_id'])
    tally.fault(`the link of ${id} finished with ${JSON.stringify(finished.body)}`);
  return sent;
}

async function sendAs(
  sender: Sender,
  id: number,
  { files }: PiecewiseParcel,
  authorization: Record<string, string>,
): Promise<SoakAnswer> {
  const { caller } = sender;
  const group = randomUUID();
  for (const [path, bytes] of files) {
    const name = path.split('/').at(-1) ?? path;
    const inFolder: Record<string, string> = name === path ? {} : { relativePath: path };
    const headers = {
      ...TUS,
      ...authorization,
      'upload-length': String(bytes.length),
      'upload-metadata': metadata({ filename: name, upload_id: group, ...inFolder }),
    };
    const announced = await caller.ask('tus create', 'POST', `/depositions/${id}/tus`, { headers });
    if (announced.status !== 201) return announced;
    const failed = await sendFile(sender, String(announced.headers['location']), bytes, authorization);
    if (failed !== null) return failed;
  }
  const path = `/depositions/${id}/tus/${group}/complete`;
  return caller.ask('tus complete', 'POST', path, { headers: { ...TUS, ...authorization } });
}

/**
 * Sends one file in pieces, some of which break off. Returns null once all of it has arrived, or
 * the response that says why it never will.
 */
async function sendFile(
  { caller, tally, chance }: Sender,
  location: string,
  bytes: Buffer,
  authorization: Record<string, string>,
): Promise<SoakAnswer | null> {
  const headers = { ...TUS, ...authorization };
  let offset = 0;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const most = bytes.length - offset;
    const piece = bytes.subarray(offset, offset + chance.between(Math.ceil(most / 3), most));
    const about = {
      ...headers,
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    };
    let answer: SoakAnswer | null = null;
    if (chance.happens(0.1)) {
      const { body, headers: length } = halfOf(piece);
      const asking = { body, headers: { ...about, ...length } };
      await caller.once('tus patch broken off', 'PATCH', location, asking).catch(() => undefined);
      tally.count('senders by tus that went away');
    } else {
      answer = await caller.once('tus patch', 'PATCH', location, { body: piece, headers: about });
      if (answer.status === 204) {
        offset += piece.length;
        if (Number(answer.headers['upload-offset']) !== offset)
          tally.fault(`${location} has ${answer.headers['upload-offset']} bytes, and ${offset} were sent`);
        if (offset === bytes.length) return null;
        continue;
      }
      if (answer.status === 404 || answer.status === 410) return answer;
      await caller.heed(answer);
    }
    const asked = await caller.head('tus head', location, headers);
    if (asked.status === 200) {
      const there = Number(asked.headers['upload-offset']);
      if (there < offset) tally.fault(`${location} had ${offset} bytes, and has ${there}`);
      offset = there;
      if (offset === bytes.length) return null;
    }
  }
  tally.fault(`${location} never had all bytes`);
  return null;
}
