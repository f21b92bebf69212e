import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { findDeposition } from '../deposit/lookup.js';
import { requireAccept } from '../deposit/negotiation.js';
import { internalError, notFound, permissionDenied, routeNotFound } from '../errors.js';
import { spacedJson } from '../json.js';
import { originOf } from '../origin.js';
import type { Deposition, RecordState, User } from '../store/model.js';
import { mayReadFiles } from './access.js';
import { sendFile } from './download.js';
import { receiveBody, requireBytes } from './incoming.js';
import { bucketLocked, noSuchFile, requireRoom, sizeLimit } from './limits.js';
import { bucketFile } from './representation.js';
import { completedFile, dropFile, putFile } from './stored-files.js';
import { lingerAfterRefusal } from './unread-body.js';

const UUID = /^[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}$/i;

type OfBucket = FastifyRequest<{ Params: { bucket: string } }>;
type OfKey = FastifyRequest<{ Params: { bucket: string; key: string } }>;

interface Bucket {
  deposition: Deposition;
  state: RecordState;
}

/**
 * The bucket API (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py`, class
 * LegacyFilesRESTResource).
 */
export const bucketRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.addHook('onRequest', async (request) => {
    if ('key' in (request.params as object) && keyOf(request as OfKey).includes('/')) throw routeNotFound();
    requireAccept(request);
    if (request.method === 'PUT') requireBytes(request);
  });
  lingerAfterRefusal(app);

  app.get('/api/files/:bucket', async (request: OfBucket, reply) => {
    const bucket = findBucket(mock, request.params.bucket);
    requireFileReader(mock, bucket, request.identity?.user);
    const { bucketId, files } = bucket.state;
    const contents = files
      .filter(({ status }) => status === 'completed')
      .map((file) => bucketFile(originOf(request), bucketId, file));
    return reply.type('application/json').send(spacedJson({ contents }));
  });

  app.get('/api/files/:bucket/:key', async (request: OfKey, reply) => {
    const bucket = findBucket(mock, request.params.bucket);
    requireFileReader(mock, bucket, request.identity?.user);
    return sendFile(request, reply, fileOf(bucket, keyOf(request)));
  });

  app.put('/api/files/:bucket/:key', async (request: OfKey, reply) => {
    const key = keyOf(request);
    const user = request.identity?.user;
    const open = () => {
      const bucket = openForUpload(mock, request.params.bucket, key, user);
      const replaced = bucket.state.files.find((file) => file.key === key);
      requireRoom(mock, bucket.state, key, replaced);
      return { ...bucket, limit: sizeLimit(mock, bucket.deposition, bucket.state, replaced) };
    };
    const created = mock.clock.timestamp();
    const blobId = mock.ids.uuid();
    const received = await receiveBody(request, reply, blobId, open().limit);
    try {
      // What was true before a long upload may no longer be true after it.
      const { state, limit } = open();
      if (received.size > limit.bytes) throw limit.exceeded();
      const file = completedFile(mock, key, blobId, received, created);
      putFile(mock, state, file);
      const body = bucketFile(originOf(request), state.bucketId, file);
      return reply.code(201).type('application/json').send(spacedJson(body));
    } catch (error) {
      await mock.blobs.remove(blobId);
      throw error;
    }
  });

  app.delete('/api/files/:bucket/:key', async (request: OfKey, reply) => {
    const bucket = findBucket(mock, request.params.bucket);
    requireOwner(bucket, request.identity?.user);
    const { deposition, state } = forChange(bucket);
    if (deposition.draft !== state) throw permissionDenied();
    if (state.filesLocked) throw bucketLocked();
    dropFile(mock, state, fileOf({ deposition, state }, keyOf(request)));
    return reply.code(204).send();
  });
};

function keyOf(request: OfKey): string {
  return request.params.key;
}

function findBucket(mock: MockContext, bucketId: string): Bucket {
  if (!UUID.test(bucketId)) throw internalError();
  const found = mock.store.byBucket(bucketId.toLowerCase());
  if (found === undefined) throw notFound();
  // A removed record answers with its tombstone.
  findDeposition(mock, String(found.deposition.id));
  return found;
}

/** If there is a draft, changes go to it, whichever bucket was named. */
function forChange({ deposition, state }: Bucket): Bucket {
  return { deposition, state: deposition.draft ?? state };
}

/**
 * The draft that an upload goes to. If it is not allowed, throws Zenodo's errors, in Zenodo's
 * order.
 */
function openForUpload(mock: MockContext, bucketId: string, key: string, user: User | undefined): Bucket {
  const bucket = findBucket(mock, bucketId);
  requireFileReader(mock, bucket, user);
  const { deposition, state } = forChange(bucket);
  requireOwnerOfDraft(deposition, user);
  if (deposition.draft === state) {
    if (state.filesLocked) throw bucketLocked();
    return { deposition, state };
  }
  throw state.files.some((file) => file.key === key) ? permissionDenied() : notFound();
}

function requireFileReader(mock: MockContext, { deposition, state }: Bucket, user: User | undefined): void {
  const readable =
    state === deposition.record
      ? mayReadFiles(mock, deposition, state, user)
      : user?.id === deposition.ownerId;
  if (!readable) throw permissionDenied();
}

function requireOwnerOfDraft(deposition: Deposition, user: User | undefined): void {
  if (deposition.draft !== null && deposition.ownerId !== user?.id) throw permissionDenied();
}

function requireOwner({ deposition }: Bucket, user: User | undefined): void {
  if (deposition.ownerId !== user?.id) throw permissionDenied();
}

function fileOf({ deposition, state }: Bucket, key: string) {
  const file = state.files.find((entry) => entry.key === key && entry.status === 'completed');
  if (file === undefined) throw noSuchFile(deposition, key);
  return file;
}
