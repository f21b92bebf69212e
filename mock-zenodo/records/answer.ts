import type { FastifyReply, FastifyRequest } from 'fastify';
import { mayReadFiles } from '../files/access.js';
import { spacedJson } from '../json.js';
import { originOf } from '../origin.js';
import type { Deposition, RecordState } from '../store/model.js';
import { contentTypeOf, type Dialect, dialectOf } from './media-type.js';
import { rdmRecord } from './rdm-record.js';
import { zenodoRecord } from './zenodo-record.js';

/** A draft or record in a dialect, with the files that whoever asks may see. */
export function recordJson(
  request: FastifyRequest,
  deposition: Deposition,
  state: RecordState,
  dialect: Dialect,
): Record<string, unknown> {
  const { mock } = request.server;
  const user = request.identity?.user;
  const readable = state === deposition.draft || mayReadFiles(mock, deposition, state, user);
  const show = dialect === 'rdm' ? rdmRecord : zenodoRecord;
  return show(originOf(request), mock, deposition, state, readable);
}

/** Answers with a draft or record in the dialect that the client asks for, its revision as ETag. */
export function sendRecord(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  deposition: Deposition,
  state: RecordState,
): FastifyReply {
  const dialect = dialectOf(request);
  return reply
    .code(status)
    .type(contentTypeOf(request, dialect))
    .header('etag', `"${state.revision}"`)
    .send(spacedJson(recordJson(request, deposition, state, dialect)));
}
