import type { MockContext } from '../context.js';
import { publishDraft } from '../deposit/life-cycle.js';
import { removeRecord } from '../deposit/removal.js';
import { DomainError, permissionDenied, validationError } from '../errors.js';
import type { Fields } from '../metadata/checks.js';
import { validateForPublish } from '../metadata/publish-validation.js';
import { sanitiseText } from '../metadata/text/fix-text.js';
import type { Community, Deposition, User, UserRequest, UserRequestStatus } from '../store/model.js';
import { isCurator } from './communities.js';

/** The actions on a request, in the order of the links. */
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

/** Creates a request that has not been submitted yet. */
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

/** The actions that the user can take on a request in its present state. */
export function actionsFor(mock: MockContext, userRequest: UserRequest, user: User | undefined): Action[] {
  return ACTIONS.filter(
    (action) => CHANGES[action].from === userRequest.status && mayAct(mock, userRequest, action, user),
  );
}

/**
 * Whether the user may see a request: its creator may, and those who decide on it once it is
 * submitted.
 */
export function mayReadUserRequest(
  mock: MockContext,
  userRequest: UserRequest,
  user: User | undefined,
): boolean {
  if (mayAct(mock, userRequest, 'cancel', user)) return true;
  return userRequest.status !== 'created' && mayAct(mock, userRequest, 'accept', user);
}

/**
 * Changes title and description of a request that is not decided. Throws 403 if the user may not,
 * and 400 for other texts and unknown fields
 * (`inveniosoftware/invenio-requests:invenio_requests/services/requests/components.py`).
 */
export function describe(
  mock: MockContext,
  userRequest: UserRequest,
  body: Fields,
  known: Fields,
  user: User | undefined,
): void {
  const { status } = userRequest;
  const creates = mayAct(mock, userRequest, 'cancel', user);
  const decides = status === 'submitted' && mayAct(mock, userRequest, 'accept', user);
  if (!decides && !(creates && ['created', 'submitted'].includes(status))) throw permissionDenied();
  const texts = ['title', 'description'];
  const errors = Object.entries(body).flatMap(([field, value]) => {
    if (!texts.includes(field)) {
      return field in known || field === 'payload' ? [] : [{ field, messages: ['Unknown field.'] }];
    }
    return typeof value === 'string' ? [] : [{ field, messages: [stringFault(value)] }];
  });
  if (errors.length > 0) throw validationError(errors);
  const given = Object.entries(body).filter(([field]) => texts.includes(field));
  Object.assign(
    userRequest,
    Object.fromEntries(given.map(([field, text]) => [field, sanitiseText(String(text))])),
  );
  userRequest.updated = mock.clock.timestamp();
  userRequest.revision += 1;
}

function stringFault(value: unknown): string {
  return value === null ? 'Field may not be null.' : 'Not a valid string.';
}

/**
 * Takes an action on a request. Throws 403 if the user may not take it, 400 if the action is
 * unknown or comes at the wrong time, and 400 with field errors if a draft cannot be published
 * (`inveniosoftware/invenio-requests:invenio_requests/customizations/actions.py`).
 */
export function act(mock: MockContext, userRequest: UserRequest, name: string, user: User | undefined): void {
  const action = ACTIONS.find((known) => known === name);
  if (action === undefined) throw actionError(name, 'No such action available');
  if (!mayAct(mock, userRequest, action, user)) throw permissionDenied();
  carryOut(mock, userRequest, action);
}

/**
 * The same without checking the user, for decisions that Zenodo makes by itself. Throws 400 as
 * `act` does.
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

/** The request gets the title of the record. The draft must already be publishable. */
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

/** The draft loses its review, but its creator can still see the request. */
function unlink(mock: MockContext, userRequest: UserRequest, { conceptId }: Deposition): void {
  const concept = mock.store.concepts.get(conceptId);
  if (concept?.reviewId === userRequest.id) concept.reviewId = null;
}

function actionError(action: string, reason: string): DomainError {
  return new DomainError(400, `Error for action '${action}': ${reason}`);
}
