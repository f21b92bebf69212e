import type { TSchema } from 'typebox';
import { LongValueSchema, TokenFieldSchema, TokenObjectSchema, ValueSchema } from '../schemas/body-limits.js';
import {
  ContainerIdSchema,
  DepositionFileSchema,
  DepositionLinksSchema,
  DepositionStateSchema,
  PublicationCommunitySchema,
} from '../schemas/depositions.js';
import { DescribeSchema, FieldFaultSchema } from '../schemas/metadata.js';
import { ChecksSchema } from '../schemas/readiness.js';
import { EndReasonSchema, LinkStateSchema, UploadLinkSchema } from '../schemas/upload-links.js';
import { PageLinkSchema } from '../schemas/upload-page.js';
import { FaultSchema, UploadFileSchema } from '../schemas/uploads.js';
import { nameExamples } from './openapi-example-names.js';
import {
  type Answer,
  canonical,
  mostFrequent,
  nameFailures,
  pascal,
  type Reference,
} from './openapi-failures.js';

/** Shapes that occur in several places of the document, by the names that they get in clients. */
const SHARED: Record<string, TSchema> = {
  UploadFile: UploadFileSchema,
  DraftFile: DepositionFileSchema,
  DepositionState: DepositionStateSchema,
  CommunityOutcome: PublicationCommunitySchema,
  UploadLink: UploadLinkSchema,
  UploadLinkState: LinkStateSchema,
  UploadLinkEndReason: EndReasonSchema,
  PageUploadLink: PageLinkSchema,
  Checks: ChecksSchema,
  ContainerId: ContainerIdSchema,
  DepositionLinks: DepositionLinksSchema,
  Manifest: DescribeSchema.properties.manifest,
  DepositMetadata: DescribeSchema.properties.metadata,
  Fault: FaultSchema,
  FieldFault: FieldFaultSchema,
  TokenField: TokenFieldSchema,
  TokenRequest: TokenObjectSchema,
  Value: ValueSchema,
  LongValue: LongValueSchema,
};

/** Names of parameters of many calls, by location and name. */
const PARAMETERS: Record<string, string> = {
  'path id': 'DepositionId',
  'path uploadId': 'UploadId',
  'path uploadLinkId': 'UploadLinkId',
  'path fileId': 'TusFileId',
  'path name': 'FileName',
  'header tus-resumable': 'TusResumable',
  'header idempotency-key': 'IdempotencyKey',
};

interface Media {
  schema: object;
}

/** The parts of the document that get names here. */
interface Operation {
  operationId: string;
  parameters?: (Parameter | Reference)[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Answer | Reference>;
}

interface Parameter {
  in: string;
  name: string;
}

interface NamedContract {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas?: Record<string, object>; parameters?: object; [kind: string]: unknown };
}

/** Names of shapes by their content, with their descriptions. */
type Names = ReadonlyMap<string, { name: string; description: unknown }>;

/**
 * Gives names to what occurs in several places of the document: parameters, error responses by
 * their status, shapes by their content, and bodies and responses of a call by its `operationId`.
 * Descriptions of a single operation stay with it.
 */
export function nameParts<T extends NamedContract>(document: T): T {
  const shapes = Object.entries(SHARED).map(([name, schema]) => [name, located(schema)] as const);
  const names: Names = new Map(
    shapes.map(([name, shape]) => [undescribed(shape), { name, description: shape.description }]),
  );
  const schemas: Record<string, object> = { ...document.components.schemas };
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  for (const { operationId, requestBody, responses } of operations) {
    const call = pascal(operationId);
    nameSchema(requestBody?.content['application/json'], `${call}Request`, schemas, names);
    for (const response of Object.values(responses)) {
      if ('$ref' in response) continue;
      nameSchema(response.content?.['application/json'], `${call}Answer`, schemas, names);
    }
  }
  for (const [name, schema] of Object.entries(schemas)) schemas[name] = inside(schema, names);
  for (const [name, shape] of shapes) schemas[name] = inside(shape, names);
  const responses = nameFailures(operations);
  const examples = nameExamples(operations);
  const parameters = { ...document.components.parameters, ...nameParameters(operations) };
  const sorted = Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const components = { ...document.components, schemas: sorted, parameters, responses, examples };
  return { ...document, paths: shared(document.paths, names) as T['paths'], components };
}

/** Moves the schema of an object to the components. */
function nameSchema(
  media: Media | undefined,
  name: string,
  schemas: Record<string, object>,
  names: Names,
): void {
  if (media === undefined) return;
  const { anyOf } = media.schema as { anyOf?: object[] };
  const [one] = anyOf?.filter((alternative) => 'properties' in alternative) ?? [];
  if (anyOf !== undefined && one !== undefined) {
    const inner = { schema: one };
    nameSchema(inner, name, schemas, names);
    media.schema = { anyOf: anyOf.map((alternative) => (alternative === one ? inner.schema : alternative)) };
    return;
  }
  if (!('properties' in media.schema) || names.has(undescribed(media.schema))) return;
  const taken = schemas[name];
  if (taken !== undefined && canonical(taken) !== canonical(media.schema)) return;
  schemas[name] = media.schema;
  media.schema = { $ref: `#/components/schemas/${name}` };
}

/**
 * Moves the parameters in the table to the components. If calls differ, the most common form gets
 * the name.
 */
function nameParameters(operations: readonly Operation[]): Record<string, object> {
  const named: Record<string, object> = {};
  const all = operations.flatMap(({ parameters = [] }) => parameters);
  for (const [key, name] of Object.entries(PARAMETERS)) {
    const usual = mostFrequent(all.filter((one) => keyOf(one) === key).map(canonical));
    if (usual === undefined) continue;
    named[name] = JSON.parse(usual) as object;
    for (const operation of operations) {
      operation.parameters = (operation.parameters ?? []).map((one) =>
        canonical(one) === usual ? { $ref: `#/components/parameters/${name}` } : one,
      );
    }
  }
  return named;
}

function keyOf(parameter: Parameter | Reference): string | null {
  return '$ref' in parameter ? null : `${parameter.in} ${parameter.name}`;
}

/** The schema of a route as the document has it, with references to components. */
function located(schema: TSchema): { description?: unknown } {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    if (key === '$id') return undefined;
    return key === '$ref' ? `#/components/schemas/${String(value).replace(/#$/, '')}` : value;
  }) as { description?: unknown };
}

/** The content of a shape, without its description. */
function undescribed(shape: object): string {
  const { description: _, ...rest } = shape as { description?: unknown };
  return canonical(rest);
}

/** A copy in which every shape that has a name is a reference to it, with its own description. */
function shared(part: unknown, names: Names): unknown {
  if (typeof part !== 'object' || part === null) return part;
  const found = names.get(undescribed(part));
  if (found === undefined) return inside(part, names);
  const $ref = `#/components/schemas/${found.name}`;
  const { description } = part as { description?: unknown };
  return description === undefined || description === found.description ? { $ref } : { $ref, description };
}

function inside(part: object, names: Names): object {
  if (Array.isArray(part)) return part.map((one) => shared(one, names));
  return orNull(Object.fromEntries(Object.entries(part).map(([key, value]) => [key, shared(value, names)])));
}

function orNull(schema: Record<string, unknown>): object {
  const { anyOf, ...rest } = schema;
  const [plain, none, ...others] = Array.isArray(anyOf) ? (anyOf as Record<string, unknown>[]) : [];
  const isNull = none !== undefined && canonical(none) === '{"type":"null"}' && others.length === 0;
  const isPlain = ['string', 'integer', 'boolean'].includes(String(plain?.['type'])) && !plain?.['enum'];
  const isSaidTwice = plain !== undefined && 'description' in plain && 'description' in rest;
  if (!isNull || !isPlain || isSaidTwice) return schema;
  return { ...plain, ...rest, type: [plain?.['type'], 'null'] };
}
