import type { MockContext } from '../context.js';
import { publishDraft } from '../deposit/life-cycle.js';
import { removeRecord } from '../deposit/removal.js';
import { DomainError, permissionDenied, validationError } from '../errors.js';
import { validateForPublish } from '../metadata/publish-validation.js';
import type { Community, Deposition, User, UserRequest, UserRequestStatus } from '../store/model.js';
import { isCurator } from './communities.js';

/** What can be done to a request, in the order in which links name it. */
const ACTIONS = ['submit', 'accept', 'decline', 'cancel'] as const;
type Action = (typeof ACTIONS)[number];

const CHANGES: Record<
  Action,
  { from: UserRequestStatus; to: UserRequestStatus; by: 'creator' | 'receiver' }
> = {
  submit: { from: 'created', to: 'submitted', by: 'creator' },
  accept: { from: 'submitted', to: 'accepted', by: 'receiver' },
  decline: { from: 'submitted', to: 'declined', by: 'receiver' },
  cancel: { from: 'submitted', to: 'cancelled', by: 'creator' },
};

/** Makes a request that nobody has seen yet. */
export function createUserRequest(
  mock: MockContext,
  creator: User,
  deposition: Deposition,
  type: UserRequest['type'],
  community: Community | null,
): UserRequest {
  const { requests } = mock.store;
  const now = mock.clock.timestamp();
  const userRequest: UserRequest = {
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
  requests.set(userRequest.id, userRequest);
  return userRequest;
}

/** Whether the user may take an action on a request, whatever its state. */
function mayAct(
  mock: MockContext,
  userRequest: UserRequest,
  action: Action,
  user: User | undefined,
): boolean {
  if (CHANGES[action].by === 'creator') return user !== undefined && user.id === userRequest.creatorId;
  return isCurator(mock.store.communities.get(userRequest.communityId ?? ''), user);
}

/** What the user can do to a request as it stands. */
export function actionsFor(mock: MockContext, userRequest: UserRequest, user: User | undefined): Action[] {
  return ACTIONS.filter(
    (action) => CHANGES[action].from === userRequest.status && mayAct(mock, userRequest, action, user),
  );
}

/** Whether the user may see a request: who made it and, once it is handed in, who decides on it. */
export function mayReadUserRequest(
  mock: MockContext,
  userRequest: UserRequest,
  user: User | undefined,
): boolean {
  if (mayAct(mock, userRequest, 'cancel', user)) return true;
  return userRequest.status !== 'created' && mayAct(mock, userRequest, 'accept', user);
}

/**
 * Takes an action on a request. Throws 403 for whom it does not behove, 400 for an action that is
 * unknown or comes at the wrong time, and 400 with field errors where a draft is not fit to be
 * published (`inveniosoftware/invenio-requests:invenio_requests/customizations/actions.py`).
 */
export function act(mock: MockContext, userRequest: UserRequest, name: string, user: User | undefined): void {
  const action = ACTIONS.find((known) => known === name);
  if (action === undefined) throw actionError(name, 'No such action available');
  if (!mayAct(mock, userRequest, action, user)) throw permissionDenied();
  carryOut(mock, userRequest, action);
}

/**
 * The same without asking who does it: for what Zenodo decides by itself. Throws 400 as `act` does.
 */
export function carryOut(mock: MockContext, userRequest: UserRequest, action: Action): void {
  const { from, to } = CHANGES[action];
  if (userRequest.status !== from) throw actionError(action, 'Could not execute the action');
  const deposition = mock.store.depositions.get(userRequest.depositionId);
  if (deposition === undefined) throw actionError(action, 'Could not execute the action');
  const undo = { ...userRequest };
  Object.assign(userRequest, {
    status: to,
    updated: mock.clock.timestamp(),
    revision: userRequest.revision + 1,
  });
  try {
    if (action === 'submit') submitted(mock, userRequest, deposition);
    if (action === 'accept') accepted(mock, userRequest, deposition);
    if (action === 'cancel') unlink(mock, userRequest, deposition);
  } catch (error) {
    Object.assign(userRequest, undo);
    throw error;
  }
}

/** The request's title is the record's; a draft must be fit to be published already. */
function submitted(mock: MockContext, userRequest: UserRequest, deposition: Deposition): void {
  const state = deposition.draft ?? deposition.record;
  if (userRequest.type === 'community-submission' && deposition.draft !== null) {
    const errors = validateForPublish(mock, deposition, deposition.draft);
    if (errors.length > 0) throw validationError(errors);
  }
  if (userRequest.title === '') userRequest.title = String(state?.metadata['title'] ?? '');
}

function accepted(mock: MockContext, userRequest: UserRequest, deposition: Deposition): void {
  const concept = mock.store.concepts.get(deposition.conceptId);
  if (userRequest.type === 'record-deletion') {
    const reason = String(userRequest.payload?.['reason'] ?? '');
    removeRecord(mock, deposition, { reason, by: String(userRequest.creatorId) });
    return;
  }
  if (userRequest.type === 'community-submission') {
    publishDraft(mock, deposition);
    unlink(mock, userRequest, deposition);
  }
  if (concept === undefined || userRequest.communityId === null) return;
  if (!concept.communityIds.includes(userRequest.communityId))
    concept.communityIds.push(userRequest.communityId);
}

/** The draft forgets its review; who asked for it can still look at the request. */
function unlink(mock: MockContext, userRequest: UserRequest, { conceptId }: Deposition): void {
  const concept = mock.store.concepts.get(conceptId);
  if (concept?.reviewId === userRequest.id) concept.reviewId = null;
}

function actionError(action: string, reason: string): DomainError {
  return new DomainError(400, `Error for action '${action}': ${reason}`);
}
