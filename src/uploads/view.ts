import type { FastifyRequest } from 'fastify';
import type { UploadEvent, UploadFile } from '../database/generated/client.js';
import type { UploadBody } from '../schemas/uploads.js';
import { publicUrl } from '../urls.js';
import { noticeMessage } from '../user-messages/notices.js';
import { type Language, languageOf, userMessage } from '../user-messages/user-message.js';
import { isAtZenodo } from './model.js';
import { conflictNotices } from './rows/conflicts.js';
import {
  type StoredFault,
  storedFault,
  storedNotices,
  storedOtherFiles,
  storedParts,
} from './rows/json-columns.js';
import { HEAD_PARTS, type UploadHead, type UploadWithFiles } from './rows/upload-reads.js';

type UploadFileBody = UploadBody['files'][number];

/** States in which an upload makes progress. */
const RUNNING: ReadonlySet<string> = new Set(['receiving', 'queued', 'transferring']);

/**
 * Whom an upload is shown to: the URL where they reach this service, without a trailing slash, and
 * their language.
 */
export interface Viewer {
  service: string;
  language: Language;
}

/** The sender of a request. */
export function viewerOf(request: FastifyRequest): Viewer {
  return { service: publicUrl(request, ''), language: languageOf(request) };
}

/** An upload in the form of a response. */
export function toUpload(upload: UploadWithFiles, viewer: Viewer): UploadBody {
  const depositionId = Number(upload.depositionId);
  const running = RUNNING.has(upload.state);
  const files = upload.files.map((file) => toFile(file, upload, viewer));
  const told = [...storedNotices(upload), ...conflictNotices(upload.files)];
  const notices = told.map((one) => ({
    code: one.code,
    detail: one.detail,
    user_message: noticeMessage(one, viewer.language),
  }));
  return {
    deposition_id: depositionId,
    container_id: upload.containerId,
    upload_id: upload.id,
    request_id: upload.requestId,
    state: uploadStateOf(upload),
    stage: upload.state,
    files,
    other_files: storedOtherFiles(upload),
    progress: progressOf(upload, files),
    error: toStoredFault(upload.error, viewer, running),
    warnings: notices.map(({ detail }) => detail),
    notices,
    status_url: `${viewer.service}/uploads/${upload.id}`,
    history: upload.events.toReversed().map(toEvent),
    created_at: upload.createdAt.toISOString(),
    finished_at: upload.finishedAt?.toISOString() ?? null,
  };
}

/** The same with only the first parts, so that it stays small however many files a folder has. */
export function toUploadHead({ upload, counts }: UploadHead, viewer: Viewer): UploadBody {
  const shown = toUpload(upload, viewer);
  let left = HEAD_PARTS;
  const files = shown.files.map((file, index) => {
    if (file.parts === undefined) return file;
    const parts = file.parts.slice(0, left);
    left -= parts.length;
    return { ...file, part_count: counts.get(upload.files[index]?.id ?? '') ?? parts.length, parts };
  });
  return { ...shown, files };
}

/** The state in the words of the API. */
export function uploadStateOf({ state }: Pick<UploadWithFiles, 'state'>): UploadBody['state'] {
  return RUNNING.has(state) ? 'running' : (state as UploadBody['state']);
}

/**
 * The progress of an upload. The remaining time is known if all files are known, and each one moves
 * or waits for a slot.
 */
function progressOf(
  { state: stage, folders }: UploadWithFiles,
  files: UploadFileBody[],
): UploadBody['progress'] {
  const sum = (pick: (file: UploadFileBody) => number) =>
    files.reduce((total, file) => total + pick(file), 0);
  const size = sum((file) => file.size ?? 0) + folders.size;
  const sent = sum((file) => (file.status === 'unchanged' ? (file.size ?? 0) : file.sent));
  const rate = stage === 'receiving' || stage === 'transferring' ? sum((file) => file.rate) : 0;
  const waiting = files
    .filter((file) => file.next_attempt_at !== null)
    .toSorted((a, b) => Date.parse(a.next_attempt_at ?? '') - Date.parse(b.next_attempt_at ?? ''));
  const known =
    stage === 'transferring' &&
    waiting.length === 0 &&
    folders.size === 0 &&
    files.every((file) => file.size !== null);
  return {
    received: sum((file) => file.received) + folders.received,
    sent,
    size,
    rate,
    seconds_left: known && rate > 0 ? Math.ceil((size - sent) / rate) : null,
    attempt: waiting[0]?.attempt ?? null,
    next_attempt_at: waiting[0]?.next_attempt_at ?? null,
    last_error: waiting[0]?.last_error ?? null,
  };
}

function toFile(file: UploadFile, upload: UploadWithFiles, viewer: Viewer): UploadFileBody {
  const base = `${viewer.service}/depositions/${upload.depositionId}/files`;
  const running = RUNNING.has(upload.state);
  const parts = storedParts(file);
  const { state } = file;
  const safe = isAtZenodo(state);
  const pending = !safe && state !== 'failed';
  // An upload that Zenodo does not accept waits as a whole.
  const rests = upload.state === 'queued' && upload.error !== null ? upload.nextAt : null;
  return {
    filename: file.name,
    size: file.size === null ? null : Number(file.size),
    checksum: file.md5 === null ? null : `md5:${file.md5}`,
    status: pending ? 'pending' : state,
    replaced: file.conflict === 'lost',
    received: Number(file.received),
    sent: Number(file.sent),
    rate: pending ? Math.round(file.rate) : 0,
    attempts: file.attempts,
    attempt: pending && running ? file.attempts + 1 : null,
    next_attempt_at: pending ? ((file.nextAt ?? rests)?.toISOString() ?? null) : null,
    last_error: safe
      ? null
      : toStoredFault(file.lastError ?? file.error ?? (rests && upload.error), viewer, pending && running),
    error: toStoredFault(file.error, viewer, pending && running),
    ...(parts === null
      ? {}
      : { part_count: parts.length, parts: parts.map(({ path, size }) => ({ filename: path, size })) }),
    download_url: `${base}/${encodeURIComponent(file.name)}`,
  };
}

function toEvent(event: UploadEvent): UploadBody['history'][number] {
  return {
    at: event.at.toISOString(),
    kind: event.kind,
    filename: event.fileName,
    attempt: event.attempt,
    code: event.code,
    detail: event.detail,
    zenodo_status: event.zenodoStatus,
    next_attempt_at: event.nextAt?.toISOString() ?? null,
    request_id: event.requestId,
  };
}

/** An error, for programs and for people. `trying`: it will be retried automatically. */
export function toFault(
  { code, detail }: StoredFault,
  { language }: Viewer,
  trying = false,
): NonNullable<UploadBody['error']> {
  return { code, detail, user_message: userMessage(code, language, { trying }) };
}

function toStoredFault(column: UploadFile['error'], viewer: Viewer, trying: boolean): UploadBody['error'] {
  const fault = storedFault(column);
  return fault && toFault(fault, viewer, trying);
}
