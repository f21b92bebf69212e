import type { TSchema } from 'typebox';
import {
  DepositionFileSchema,
  DepositionStateSchema,
  PublicationCommunitySchema,
} from '../schemas/depositions.js';
import { ChecksSchema } from '../schemas/readiness.js';
import { UploadLinkSchema } from '../schemas/upload-links.js';
import { UploadFileSchema } from '../schemas/uploads.js';

/**
 * Shapes that stand in several places of the contract, by the names that generators of clients give
 * them.
 */
const SHARED: Record<string, TSchema> = {
  UploadFile: UploadFileSchema,
  DraftFile: DepositionFileSchema,
  DepositionState: DepositionStateSchema,
  CommunityOutcome: PublicationCommunitySchema,
  UploadLink: UploadLinkSchema,
  Checks: ChecksSchema,
};

/** What a status says, in the words of RFC 9110 section 15. */
const PHRASES: Record<string, [name: string, description: string]> = {
  '400': ['BadRequest', 'What was sent cannot be used as it is.'],
  '401': ['Unauthorized', 'It is not known who is calling.'],
  '403': ['Forbidden', 'The caller may not do this.'],
  '404': ['NotFound', 'There is no such thing.'],
  '405': ['MethodNotAllowed', 'The path is not for this method.'],
  '408': ['RequestTimeout', 'The body came too slowly.'],
  '409': ['Conflict', 'It cannot be done in the state that things are in.'],
  '410': ['Gone', 'It has ended.'],
  '411': ['LengthRequired', 'The request does not say how long it is.'],
  '413': ['ContentTooLarge', 'More than fits was sent.'],
  '415': ['UnsupportedMediaType', 'The content type is not read here.'],
  '429': ['TooManyRequests', 'Wait before the next call.'],
  '500': ['InternalServerError', 'A fault of the service, or of its configuration.'],
  '502': ['BadGateway', 'Zenodo failed or refused.'],
  '503': ['ServiceUnavailable', 'The service cannot answer for now.'],
  '504': ['GatewayTimeout', 'Zenodo was silent for too long.'],
  '507': ['InsufficientStorage', 'There is no room for the bytes on their way.'],
};

/** As much of the contract as is named here. */
interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

interface Contract {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas?: Record<string, object>; [kind: string]: unknown };
}

/**
 * Gives names to what stands in the contract in several places: answers to faults by their status,
 * shapes by what they are, and bodies and answers of a call by its `operationId`. What an operation
 * says of its own stays with it.
 */
export function nameParts<T extends Contract>(document: T): T {
  const names = new Map(Object.entries(SHARED).map(([name, schema]) => [canonical(schema), name]));
  const schemas: Record<string, object> = { ...document.components.schemas };
  const responses: Record<string, object> = {};
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    const call = operation.operationId.replace(/^./, (letter) => letter.toUpperCase());
    nameSchema(operation.requestBody?.content['application/json'], `${call}Request`, schemas);
    for (const [status, response] of Object.entries(operation.responses)) {
      if (Number(status) < 400) {
        nameSchema(response.content?.['application/json'], `${call}Answer`, schemas);
        continue;
      }
      const [name, description] = PHRASES[status] ?? [`Status${status}`, ''];
      // One with a recorded example is of this call alone.
      const isOwn = Object.values(response.content ?? {}).some((media) => 'examples' in media);
      if (isOwn) continue;
      responses[name] ??= { ...response, description };
      if (canonical({ ...response, description }) !== canonical(responses[name])) continue;
      operation.responses[status] = reference('responses', name, response.description);
    }
  }
  for (const [name, schema] of Object.entries(schemas)) schemas[name] = shared(schema, names) as object;
  for (const [name, schema] of Object.entries(SHARED)) schemas[name] = inside(schema, names);
  const sorted = Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const paths = shared(document.paths, names) as T['paths'];
  return { ...document, paths, components: { ...document.components, schemas: sorted, responses } };
}

/** Moves the schema of an object to the components. */
function nameSchema(media: { schema: object } | undefined, name: string, schemas: Record<string, object>) {
  if (media === undefined) return;
  const { anyOf } = media.schema as { anyOf?: object[] };
  const [one] = anyOf?.filter((alternative) => 'properties' in alternative) ?? [];
  if (anyOf !== undefined && one !== undefined) {
    const inner = { schema: one };
    nameSchema(inner, name, schemas);
    media.schema = { anyOf: anyOf.map((alternative) => (alternative === one ? inner.schema : alternative)) };
    return;
  }
  if (!('properties' in media.schema)) return;
  const taken = schemas[name];
  if (taken !== undefined && canonical(taken) !== canonical(media.schema)) return;
  schemas[name] = media.schema;
  media.schema = { $ref: `#/components/schemas/${name}` };
}

function reference(kind: string, name: string, description: string): Operation['responses'][string] {
  return { $ref: `#/components/${kind}/${name}`, description } as Operation['responses'][string];
}

/** A copy in which every shape that has a name is a reference to it. */
function shared(part: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof part !== 'object' || part === null) return part;
  const name = names.get(canonical(part));
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  return inside(part, names);
}

function inside(part: object, names: ReadonlyMap<string, string>): object {
  if (Array.isArray(part)) return part.map((one) => shared(one, names));
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, shared(value, names)]));
}

/** The same text for the same value, whatever the order of its members. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
