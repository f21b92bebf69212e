import { setTimeout as sleep } from 'node:timers/promises';
import { giveConsent } from './consent.js';
import type { ContainerFile } from './container-files.js';
import { containerMetadata } from './metadata.js';
import { progressBar, step } from './screen.js';
import type { ServiceClient, UploadAnswer, UploadedFile } from './service-client.js';

/** Where the application would wait for the browser to come back. */
const CALLBACK_URL = 'http://127.0.0.1:8000/zenodo/callback';

/** The published deposition, and its files as the service staged them. */
interface Outcome {
  depositionId: number;
  staged: UploadedFile[];
}

/**
 * Runs the documented workflow and then publishes, and prints one line per step. Throws at the
 * first step that fails.
 */
export async function runWorkflow(
  service: ServiceClient,
  folder: string,
  files: ContainerFile[],
): Promise<Outcome> {
  const containerId = 1;
  const asked = await service.post<{ zenodo_oauth_url: string; state: string }>('oauth/authorize', {
    container_id: containerId,
    django_callback_url: CALLBACK_URL,
  });
  step('authorize   the service names the page where the user gives consent');
  const { code, state } = await giveConsent(asked.zenodo_oauth_url);
  if (state !== asked.state) throw new Error('Zenodo sent the browser back with another state');
  step('consent     the user agreed there and came back with a code');
  const session = await service.post<{ access_token: string; deposition_id: number | null }>(
    'oauth/callback',
    { code, state, django_callback_url: CALLBACK_URL },
  );
  const { access_token: token, deposition_id: id } = session;
  if (id === null) throw new Error('the callback named no deposition');
  step(`callback    the service holds the user’s tokens; deposition ${id} waits for files`);

  const staged = await upload(service, token, id, files);
  step(
    `upload      ${files.length} ${files.length === 1 ? 'file' : 'files'} of the container became ${staged.length} on the deposition`,
  );
  const described = await service.post<{ title: string; dropped: unknown[] }>(`depositions/${id}/metadata`, {
    access_token: token,
    ...(await containerMetadata(folder)),
  });
  if (described.dropped.length > 0)
    throw new Error(`Zenodo did not keep all metadata: ${JSON.stringify(described.dropped)}`);
  step(`metadata    “${described.title}”`);
  const { valid } = await service.get<{ valid: boolean }>(`depositions/${id}/verify`, token);
  if (valid !== true) throw new Error('the token is no longer valid for the deposition');
  step('verify      the token is still good for it');
  const published = await service.post<{ record_url: string; doi: string }>(`depositions/${id}/publish`, {
    access_token: token,
  });
  step(`publish     ${published.doi} at ${published.record_url}`);
  return { depositionId: id, staged };
}

async function upload(
  service: ServiceClient,
  token: string,
  id: number,
  files: ContainerFile[],
): Promise<UploadedFile[]> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const bar = progressBar(total);
  let sent = 0;
  let answer = await service.upload(`depositions/${id}/files`, { access_token: token }, files, (count) => {
    sent += count;
    bar.show(sent);
  });
  while (!isFinal(answer)) {
    bar.show(sent, takenBy(answer));
    await sleep(100);
    answer = await service.get<UploadAnswer>(`uploads/${answer.upload_id}`, token);
  }
  bar.end(sent, takenBy(answer));
  const failed = answer.files.filter(({ status }) => !['uploaded', 'unchanged'].includes(status));
  if (answer.state !== 'done' || failed.length > 0) {
    throw new Error(
      `the upload ended as ${answer.state}: ${failed.map(({ filename }) => filename).join(', ')}`,
    );
  }
  return answer.files;
}

function isFinal({ state }: UploadAnswer): boolean {
  return ['done', 'failed', 'stranded', 'cancelled', 'waiting_for_authorization'].includes(state);
}

function takenBy({ files }: UploadAnswer): number {
  return files.reduce((sum, file) => sum + (file.status === 'uploaded' ? file.size : (file.sent ?? 0)), 0);
}
