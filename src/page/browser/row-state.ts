import type { PlanBody } from '../../schemas/upload-page.js';
import type { UploadBody } from '../../schemas/uploads.js';
import { isDelivered } from '../delivered.js';
import type { RowState } from './file-row.js';
import { fileRetryText, stateText } from './file-state.js';
import type { Item, ItemState } from './item.js';
import type { Page } from './page.js';

type PlannedFile = PlanBody['files'][number];
type UploadFileBody = UploadBody['files'][number];

/** Total size of the files of some items, in bytes. */
export function sizeOfItems(items: readonly Item[]): number {
  return items.reduce((sum, { file }) => sum + file.size, 0);
}

/**
 * The state of a planned file while it is sent. `upload`: what the service says about it. `before`:
 * its size in the plan.
 */
export function sendingState(
  page: Page,
  planned: PlannedFile,
  { items, before, paused }: { items: readonly Item[]; before: number; paused: boolean },
  upload: UploadBody | null,
): RowState {
  const known = upload?.files.find(({ filename }) => filename === planned.name);
  const left = items.filter(({ state }) => state !== 'left_out');
  const all = sizeOfItems(left);
  const size = planned.size + all - before;
  const sent = left.reduce((sum, one) => sum + one.sent, 0);
  const arrived = left.length > 0 && left.every(({ state }) => state === 'arrived');
  const safe = known !== undefined && isDelivered(known);
  const failed = left.find(({ state }) => state === 'failed');
  return {
    here: all > 0 ? sent / all : arrived ? 1 : 0,
    there: safe ? 1 : size > 0 ? Math.min(1, (known?.sent ?? 0) / size) : 0,
    size: left.length === 0 ? null : size,
    text: textOf(page, planned, { left, failed, arrived, paused }, { known, upload }),
    kind: safe ? 'safe' : failed ? 'bad' : '',
    deed: failed ? retryOf(failed) : deedOf(left, paused),
  };
}

function textOf(
  page: Page,
  { zip }: PlannedFile,
  now: { left: readonly Item[]; failed: Item | undefined; arrived: boolean; paused: boolean },
  { known, upload }: { known: UploadFileBody | undefined; upload: UploadBody | null },
): string {
  const { states, fileChanged } = page.t;
  const has = (name: ItemState) => now.left.some(({ state }) => state === name);
  if (now.left.length === 0) return states.leftOut;
  if (known !== undefined && known.status !== 'pending') return stateText(page, known);
  if (now.failed !== undefined) {
    const { refusal } = now.failed;
    return refusal?.code === 'file_changed' ? fileChanged : refusal?.message || states.failed;
  }
  if (now.arrived) {
    const wait = known && upload ? fileRetryText(page, known, upload.progress) : '';
    return wait || (zip ? states.zipping : states.arrived);
  }
  if (now.paused || has('paused')) return states.paused;
  if (has('retrying')) return states.retrying;
  return has('sending') ? states.sending : states.waiting;
}

/** What cannot be read any more is chosen again, above the list. */
function retryOf({ refusal }: Item): RowState['deed'] {
  return refusal?.code === 'file_changed' ? null : 'retry';
}

function deedOf(items: readonly Item[], paused: boolean): RowState['deed'] {
  if (items.some(({ state }) => state === 'paused')) return 'resume';
  const moves = items.some(({ state }) => state === 'sending' || state === 'waiting' || state === 'retrying');
  return moves && !paused ? 'pause' : null;
}
