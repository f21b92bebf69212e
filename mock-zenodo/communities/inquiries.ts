import type { MockContext } from '../context.js';
import { publishDraft } from '../deposit/life-cycle.js';
import { removeRecord } from '../deposit/removal.js';
import { DomainError, permissionDenied, validationError } from '../errors.js';
import { validateForPublish } from '../metadata/publish-validation.js';
import type { Community, Deposition, Inquiry, InquiryStatus, User } from '../store/model.js';
import { isCurator } from './communities.js';

/** What can be done to a request, in the order in which links name it. */
export const ACTIONS = ['submit', 'accept', 'decline', 'cancel'] as const;
export type Action = (typeof ACTIONS)[number];

const CHANGES: Record<Action, { from: InquiryStatus; to: InquiryStatus; by: 'creator' | 'receiver' }> = {
  submit: { from: 'created', to: 'submitted', by: 'creator' },
  accept: { from: 'submitted', to: 'accepted', by: 'receiver' },
  decline: { from: 'submitted', to: 'declined', by: 'receiver' },
  cancel: { from: 'submitted', to: 'cancelled', by: 'creator' },
};

/** Makes a request that nobody has seen yet. */
export function createInquiry(
  mock: MockContext,
  creator: User,
  deposition: Deposition,
  type: Inquiry['type'],
  community: Community | null,
): Inquiry {
  const { requests } = mock.store;
  const now = mock.clock.timestamp();
  const inquiry: Inquiry = {
    id: mock.ids.uuid(),
    number: Math.max(0, ...[...requests.values()].map(({ number }) => number)) + 1,
    type,
    status: 'created',
    title: '',
    creatorId: creator.id,
    communityId: community?.id ?? null,
    depositionId: deposition.id,
    payload: null,
    created: now,
    updated: now,
    revision: 1,
  };
  requests.set(inquiry.id, inquiry);
  return inquiry;
}

/** Whether the user may take an action on a request, whatever its state. */
function mayAct(mock: MockContext, inquiry: Inquiry, action: Action, user: User | undefined): boolean {
  if (CHANGES[action].by === 'creator') return user !== undefined && user.id === inquiry.creatorId;
  return isCurator(mock.store.communities.get(inquiry.communityId ?? ''), user);
}

/** What the user can do to a request as it stands. */
export function actionsFor(mock: MockContext, inquiry: Inquiry, user: User | undefined): Action[] {
  return ACTIONS.filter(
    (action) => CHANGES[action].from === inquiry.status && mayAct(mock, inquiry, action, user),
  );
}

/** Whether the user may see a request: who made it and, once it is handed in, who decides on it. */
export function mayReadInquiry(mock: MockContext, inquiry: Inquiry, user: User | undefined): boolean {
  if (mayAct(mock, inquiry, 'cancel', user)) return true;
  return inquiry.status !== 'created' && mayAct(mock, inquiry, 'accept', user);
}

/**
 * Takes an action on a request. Throws 403 for whom it does not behove, 400 for an action that is unknown or comes at the wrong
 * time, and 400 with field errors where a draft is not fit to be published (`inveniosoftware/invenio-requests:invenio_requests/customizations/actions.py`).
 */
export function act(mock: MockContext, inquiry: Inquiry, name: string, user: User | undefined): void {
  const action = ACTIONS.find((known) => known === name);
  if (action === undefined) throw actionError(name, 'No such action available');
  if (!mayAct(mock, inquiry, action, user)) throw permissionDenied();
  carryOut(mock, inquiry, action);
}

/** The same without asking who does it: for what Zenodo decides by itself. Throws 400 as `act` does. */
export function carryOut(mock: MockContext, inquiry: Inquiry, action: Action): void {
  const { from, to } = CHANGES[action];
  if (inquiry.status !== from) throw actionError(action, 'Could not execute the action');
  const deposition = mock.store.depositions.get(inquiry.depositionId);
  if (deposition === undefined) throw actionError(action, 'Could not execute the action');
  const undo = { ...inquiry };
  Object.assign(inquiry, { status: to, updated: mock.clock.timestamp(), revision: inquiry.revision + 1 });
  try {
    if (action === 'submit') submitted(mock, inquiry, deposition);
    if (action === 'accept') accepted(mock, inquiry, deposition);
    if (action === 'cancel') unlink(mock, inquiry, deposition);
  } catch (error) {
    Object.assign(inquiry, undo);
    throw error;
  }
}

/** The request's title is the record's; a draft must be fit to be published already. */
function submitted(mock: MockContext, inquiry: Inquiry, deposition: Deposition): void {
  const state = deposition.draft ?? deposition.record;
  if (inquiry.type === 'community-submission' && deposition.draft !== null) {
    const errors = validateForPublish(mock, deposition, deposition.draft);
    if (errors.length > 0) throw validationError(errors);
  }
  if (inquiry.title === '') inquiry.title = String(state?.metadata['title'] ?? '');
}

function accepted(mock: MockContext, inquiry: Inquiry, deposition: Deposition): void {
  const concept = mock.store.concepts.get(deposition.conceptId);
  if (inquiry.type === 'record-deletion') {
    const reason = String(inquiry.payload?.['reason'] ?? '');
    removeRecord(mock, deposition, { reason, by: String(inquiry.creatorId) });
    return;
  }
  if (inquiry.type === 'community-submission') {
    publishDraft(mock, deposition);
    unlink(mock, inquiry, deposition);
  }
  if (concept === undefined || inquiry.communityId === null) return;
  if (!concept.communityIds.includes(inquiry.communityId)) concept.communityIds.push(inquiry.communityId);
}

/** The draft forgets its review; who asked for it can still look at the request. */
function unlink(mock: MockContext, inquiry: Inquiry, { conceptId }: Deposition): void {
  const concept = mock.store.concepts.get(conceptId);
  if (concept?.reviewId === inquiry.id) concept.reviewId = null;
}

function actionError(action: string, reason: string): DomainError {
  return new DomainError(400, `Error for action '${action}': ${reason}`);
}
