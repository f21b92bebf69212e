import {
  fateOf,
  type HistoryEvent,
  nextAttempt,
  toldUser,
  type UploadHistory,
  whyGone,
} from '../src/operator/upload.js';
import { bytes, inWords } from '../src/operator/words.js';
import { hanging, momentOf, plain, tableOf } from './listing.js';

/** The history of an upload as text for a terminal with `width` columns. */
export function uploadText(history: UploadHistory, width: number): string {
  const { files, events } = history;
  const lines = factsOf(history).flatMap(([name, value]) =>
    value === null ? [] : [hanging(name.padEnd(14), plain(value), width)],
  );
  const told = events.map((event) => hanging(`${momentOf(event.at)}  `, plain(sentenceOf(event)), width));
  const columns = {
    FILE: ({ name }: UploadHistory['files'][number]) => name,
    STATE: ({ state }: UploadHistory['files'][number]) => state,
    SIZE: ({ size }: UploadHistory['files'][number]) => (size === null ? null : bytes(size)),
    RECEIVED: ({ received }: UploadHistory['files'][number]) => bytes(received),
    'AT ZENODO': ({ sent }: UploadHistory['files'][number]) => bytes(sent),
    ATTEMPTS: ({ attempts }: UploadHistory['files'][number]) => attempts,
    WHY: ({ code, detail }: UploadHistory['files'][number]) => (code === null ? null : `${code}: ${detail}`),
  };
  const table = files.length === 0 ? 'no file has arrived yet\n' : tableOf(files, columns, width);
  return `${lines.join('\n')}\n\n${told.join('\n')}\n\n${table}`;
}

function factsOf(history: UploadHistory): [string, string | number | null][] {
  const { upload, replica, host, volume, volume_host, kept_until } = history;
  const next = nextAttempt(history);
  const fate = fateOf(history);
  const rest = upload.state === 'queued' ? history.next_at : (next?.at ?? null);
  return [
    ['upload', upload.id],
    ['state', upload.state],
    ['why', upload.code === null ? null : `${upload.code}: ${upload.detail}`],
    ['user is told', toldUser(upload)],
    ['container', upload.container_id],
    ['deposition', `${upload.deposition_id}${fate === null ? '' : `, ${fate.said}, ${momentOf(fate.at)}`}`],
    ['user', upload.zenodo_user_id ?? 'personal token'],
    ['request', upload.request_id],
    ['started', momentOf(upload.created_at)],
    ['ended', momentOf(upload.finished_at)],
    [
      'fails',
      upload.finished_at === null ? `${momentOf(history.deadline_at)}, if it has not ended by then` : null,
    ],
    [
      'next attempt',
      rest === null
        ? null
        : `${momentOf(rest)}${next?.heldBack === true ? '; until then, Zenodo accepts no calls' : ''}`,
    ],
    ['bytes kept', kept_until === null ? null : `until ${momentOf(kept_until)}: uploads retry ${upload.id}`],
    ['bytes', whyGone(history, Date.now())],
    ['replica', replica === null ? null : `${replica}${host === null ? '' : ` on ${host}`}`],
    [
      'bytes on',
      upload.finished_at === null
        ? `volume ${volume}${volume_host === null ? '' : ` of ${volume_host}`}`
        : null,
    ],
  ];
}

/** One event: what happened, its file, Zenodo's response, the replica and the request. */
function sentenceOf(event: HistoryEvent): string {
  const { kind, file_name, attempt, zenodo_status, next_at, at, code, detail, replica, request_id } = event;
  const wait = next_at === null ? null : inWords((next_at.getTime() - at.getTime()) / 1000);
  const parts = [
    attempt === null ? kind : `${kind} ${attempt}`,
    file_name,
    code === null ? detail : `${code}: ${detail}`,
    zenodo_status === null ? null : `Zenodo responded with ${zenodo_status}`,
    wait === null ? null : `next attempt after ${wait}`,
    replica === null ? null : `replica ${replica.slice(0, 8)}`,
    `request ${request_id}`,
  ];
  return parts.filter((part) => part !== null).join('; ');
}
