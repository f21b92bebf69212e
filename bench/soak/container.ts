import { setTimeout as sleep } from 'node:timers/promises';
import type { Auditor } from './auditor.js';
import { createCaller, type SoakAnswer, type SoakCaller } from './caller.js';
import type { Chance } from './chance.js';
import { type Parcel, packBroken, packParcel, packPieces } from './parcel.js';
import { sendByLink, sendPieces } from './piecewise.js';
import type { Tally } from './tally.js';

/** What a container needs. */
interface Surroundings {
  url: string;
  auditor: Auditor;
  tally: Tally;
  chance: Chance;
  /** The user's name at the mock. The personal token is `token-` and the name. */
  user: string;
  container: string;
  /** Whether nobody else shares the user, who may then revoke consent. */
  alone: boolean;
  over(): boolean;
}

const METADATA = {
  title: 'Soaked',
  description: 'What was left out in the rain.',
  contributors: [{ first_name: 'Josiah', last_name: 'Carberry', role: 'Creator' }],
  license: 'CC-BY-4.0',
};

/**
 * Fills drafts, publishes some, makes new versions of some, and deletes the rest, until the end.
 * After every response, it checks whether the response was true.
 */
export async function liveContainer(around: Surroundings): Promise<void> {
  const { url, user, container, tally, chance } = around;
  const caller = await createCaller(url, user, container, tally);
  while (!around.over()) {
    const made = await caller.ask('create', 'POST', '/depositions', { json: { container_id: container } });
    if (made.status >= 300) continue;
    let id = Number(made.body['deposition_id']);
    if (made.body['state'] === 'published') id = (await openVersion(caller, id)) ?? id;
    for (let turn = chance.between(1, 4); turn > 0 && !around.over(); turn -= 1)
      await bring(around, caller, id);
    await caller.ask('metadata', 'POST', `/depositions/${id}/metadata`, { json: METADATA });
    await caller.ask('verify', 'GET', `/depositions/${id}/verify`);
    await caller.ask('read', 'GET', `/depositions/${id}`);
    const filled = (await around.auditor.files(id, `token-${user}`)).size > 0;
    if (filled && chance.happens(0.6)) await publish(around, caller, id);
    else await remove(around, caller, id);
    if (chance.happens(0.1)) await caller.renew();
    if (around.alone && chance.happens(0.1)) await caller.disconnect();
    tally.count('rounds');
  }
}

async function bring(around: Surroundings, caller: SoakCaller, id: number): Promise<void> {
  const { chance, tally } = around;
  const path = `/depositions/${id}/files`;
  if (chance.happens(0.05)) {
    const broken = packBroken(chance);
    await caller.once('upload broken off', 'PUT', path + broken.path, broken.ask).catch(() => undefined);
    tally.count('senders that went away');
  }
  if (chance.happens(0.25)) {
    const pieces = packPieces(chance);
    const send = chance.happens(0.5) ? sendByLink : sendPieces;
    const sent = await send({ caller, tally, chance }, id, pieces);
    tally.count(`${pieces.way} ${send === sendByLink ? 'by a link' : 'by a token'} ${sent.status}`);
    if (sent.status === 202) await follow(around, caller, id, pieces, String(sent.body['status_url']));
    return;
  }
  const parcel = packParcel(chance);
  const later = chance.happens(0.3);
  const ask = () => {
    const asked = parcel.ask();
    return later ? { ...asked, headers: { ...asked.headers, prefer: 'respond-async' } } : asked;
  };
  const answer = await caller.ask(`upload ${parcel.way}`, parcel.method, path + parcel.path, ask);
  if (answer.status === 200) return check(around, id, parcel, answer);
  if (answer.status === 202) await follow(around, caller, id, parcel, String(answer.body['status_url']));
}

/** Waits for an upload that continues by itself, in any of the possible ways. */
async function follow(
  around: Surroundings,
  caller: SoakCaller,
  id: number,
  parcel: Pick<Parcel, 'way' | 'sums' | 'inside'>,
  statusUrl: string,
): Promise<void> {
  const { chance, tally } = around;
  if (chance.happens(0.1)) await caller.ask('cancel', 'DELETE', statusUrl);
  if (chance.happens(0.3)) await caller.watch(statusUrl);
  for (;;) {
    const answer = await caller.ask('progress', 'GET', statusUrl);
    const state = String(answer.body['state']);
    if (answer.status === 200 && state === 'running') {
      await sleep(250);
      continue;
    }
    tally.count(`uploads that went on: ${state}`);
    if (state === 'waiting_for_authorization') await caller.authorize();
    else return check(around, id, parcel, answer);
  }
}

/** Whatever is said to be at Zenodo must be there, byte for byte. */
async function check(
  { auditor, tally, user }: Surroundings,
  id: number,
  { way, sums, inside }: Pick<Parcel, 'way' | 'sums' | 'inside'>,
  { body }: SoakAnswer,
): Promise<void> {
  tally.told(String(body['upload_id']), String(body['state']));
  const stored = await auditor.files(id, `token-${user}`);
  const listed = (body['files'] ?? []) as { filename: string; checksum: string; status: string }[];
  const safe = listed.filter(({ status }) => status === 'uploaded' || status === 'unchanged');
  for (const { filename, checksum } of safe) {
    const sum = sums.get(filename) ?? checksum?.replace('md5:', '');
    const equal = stored.get(filename) === sum && checksum === `md5:${sum}`;
    tally.count(equal ? 'files compared' : 'files that differ');
    if (!equal) tally.fault(`${way} of ${id}: ${filename} is not what was sent: ${JSON.stringify(body)}`);
  }
  if (body['state'] !== 'done') return;
  const missing = [...sums.keys()].filter((name) => !safe.some(({ filename }) => filename === name));
  if (missing.length > 0) tally.fault(`${way} of ${id} is done without ${missing}: ${JSON.stringify(body)}`);
  const [first] = inside.keys();
  if (first === undefined) return;
  const there = await auditor.members(id, `${first.split('/')[0]}.zip`, `token-${user}`);
  const lost = [...inside].filter(([path, sum]) => there.get(path) !== sum).map(([path]) => path);
  tally.count('zips looked into');
  if (lost.length > 0) tally.fault(`${way} of ${id} is done, and its zip lacks ${lost}`);
}

async function publish(
  { auditor, tally, user }: Surroundings,
  caller: SoakCaller,
  id: number,
): Promise<void> {
  const answer = await caller.ask('publish', 'POST', `/depositions/${id}/publish`, { json: {} });
  const published = await auditor.isPublished(id, `token-${user}`);
  if ((answer.status === 200) !== published)
    tally.fault(
      `publish of ${id} answers ${answer.status}, published: ${published}: ${JSON.stringify(answer.body)}`,
    );
}

async function remove({ auditor, tally, user }: Surroundings, caller: SoakCaller, id: number): Promise<void> {
  const answer = await caller.ask('delete', 'DELETE', `/depositions/${id}`);
  if (answer.status === 204 && (await auditor.isDraft(id, `token-${user}`)))
    tally.fault(`delete of ${id} answers 204, and it is there`);
}

async function openVersion(caller: SoakCaller, id: number): Promise<number | null> {
  const answer = await caller.ask('version', 'POST', `/depositions/${id}/versions`, { json: {} });
  return answer.status < 300 ? Number(answer.body['deposition_id']) : null;
}
