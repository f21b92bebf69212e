import type { UploadBody } from '../../schemas/uploads.js';
import type { Page } from './page.js';
import { untilServerTime } from './server-clock.js';

type UploadFileBody = UploadBody['files'][number];

/** Why a file waits, and until when; empty if it does not. */
export function retryText(
  { t, time }: Page,
  from: Pick<UploadFileBody, 'attempt' | 'next_attempt_at' | 'last_error'>,
): string {
  const { attempt, next_attempt_at: next, last_error: error } = from;
  if (next === null || error === null) return '';
  const seconds = Math.max(1, untilServerTime(next) / 1000);
  return `${error.user_message} ${t.attempt(attempt ?? 1, time(seconds))}`;
}

/** The same of one file, whose reason is not repeated if it stands above all files. */
export function fileRetryText(
  page: Page,
  file: Pick<UploadFileBody, 'attempt' | 'next_attempt_at' | 'last_error'>,
  all: UploadBody['progress'],
): string {
  const why = retryText(page, file);
  const isCommon = file.last_error?.user_message === all.last_error?.user_message;
  return why !== '' && isCommon ? page.t.states.retrying : why;
}

/** The outcome of a file in a few words. */
export function stateText({ t: { states } }: Pick<Page, 't'>, file: UploadFileBody): string {
  if (file.replaced) return states.replaced;
  return file.status === 'pending' ? states.failed : states[file.status];
}
