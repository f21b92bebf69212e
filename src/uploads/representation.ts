import type { UploadFile } from '../database/generated/client.js';
import type { UploadBody } from '../schemas/uploads.js';
import type { StagedPart } from './model.js';
import type { UploadWithFiles } from './upload-rows.js';

type Fault = UploadBody['error'];

/** Stages in which an upload moves by itself. */
const RUNNING: ReadonlySet<string> = new Set(['receiving', 'queued', 'transferring']);

/** An upload in the shape it is answered in. `service` is where callers reach this service, without a trailing slash. */
export function toUpload(upload: UploadWithFiles, service: string): UploadBody {
  const depositionId = Number(upload.depositionId);
  const files = upload.files.map((file) => toFile(file, `${service}/depositions/${depositionId}/files`));
  const running = RUNNING.has(upload.state);
  const sum = (pick: (file: UploadBody['files'][number]) => number) =>
    files.reduce((total, file) => total + pick(file), 0);
  const size = sum((file) => file.size ?? 0);
  const sent = sum((file) => (file.status === 'unchanged' ? (file.size ?? 0) : file.sent));
  const rate = running ? sum((file) => (file.status === 'pending' ? file.rate : 0)) : 0;
  return {
    deposition_id: depositionId,
    upload_id: upload.id,
    state: running ? 'running' : (upload.state as UploadBody['state']),
    stage: upload.state,
    files,
    other_files: upload.otherFiles as string[],
    progress: {
      received: sum((file) => file.received),
      sent,
      size,
      rate,
      seconds_left: running && rate > 0 ? Math.ceil((size - sent) / rate) : null,
    },
    error: upload.error as Fault,
    warnings: upload.warnings as string[],
    status_url: `${service}/uploads/${upload.id}`,
    created_at: upload.createdAt.toISOString(),
    finished_at: upload.finishedAt?.toISOString() ?? null,
  };
}

function toFile(file: UploadFile, base: string): UploadBody['files'][number] {
  const parts = file.parts as StagedPart[] | null;
  const { state } = file;
  return {
    filename: file.name,
    size: file.size === null ? null : Number(file.size),
    checksum: file.md5 === null ? null : `md5:${file.md5}`,
    status: state === 'uploaded' || state === 'unchanged' || state === 'failed' ? state : 'pending',
    received: Number(file.received),
    sent: Number(file.sent),
    rate: Math.round(file.rate),
    attempts: file.attempts,
    error: file.error as Fault,
    ...(parts === null ? {} : { parts: parts.map(({ path, size }) => ({ filename: path, size })) }),
    download_url: `${base}/${encodeURIComponent(file.name)}`,
  };
}
