import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** A JSON Schema of 2020-12, as in OpenAPI 3.1. */
export type Schema = Record<string, unknown>;

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  schema: Schema;
}

interface Header {
  required?: boolean;
  schema?: Schema;
}

type Content = Record<string, { schema?: Schema; example?: unknown }>;

export interface DocumentedResponse {
  description: string;
  content?: Content;
  headers: Record<string, Header>;
}

/** One call of the contract. */
export interface Operation {
  id: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As in the contract: `/depositions/{id}`. */
  path: string;
  tags: readonly string[];
  parameters: readonly Parameter[];
  /** Bodies by media type; empty if none is documented. */
  body: Content;
  bodyRequired: boolean;
  /** Whether it needs an access token according to the contract. */
  needsToken: boolean;
  responses: Record<string, DocumentedResponse>;
}

/** An OpenAPI document as the tester sees it. */
export interface Contract {
  operations: readonly Operation[];
  /** Resolves a `$ref`. */
  components: Record<string, unknown>;
}

interface RawOperation {
  operationId: string;
  tags?: string[];
  parameters?: (Parameter | Reference)[];
  requestBody?: { required?: boolean; content: Content };
  security?: Record<string, unknown>[];
  responses: Record<string, RawResponse | (Reference & { description?: string })>;
}

type RawResponse = Omit<DocumentedResponse, 'headers'> & { headers?: Record<string, Header | Reference> };

interface Reference {
  $ref: string;
}

/** Reads a contract from a file. Throws if the file cannot be read or describes no call. */
export async function readContract(file: string | URL): Promise<Contract> {
  return contractOf(parse(await readFile(file, 'utf8')) as object);
}

/** Parses an OpenAPI document. Throws if it describes no call. */
export function contractOf(document: object): Contract {
  const { paths = {}, components = {} } = document as {
    paths?: Record<string, Record<string, RawOperation>>;
    components?: Record<string, Record<string, unknown>>;
  };
  const resolved = <T extends object>(one: T | Reference): T => {
    if (!('$ref' in one)) return one;
    const [, kind = '', name = ''] = /^#\/components\/(\w+)\/([\w.-]+)$/.exec(String(one.$ref)) ?? [];
    const found = components[kind]?.[name];
    if (found === undefined) throw new Error(`${one.$ref} does not exist`);
    return found as T;
  };
  const withAlternatives = (schema: Schema): Schema =>
    Array.isArray(schema['anyOf'])
      ? { ...schema, anyOf: (schema['anyOf'] as (Schema | Reference)[]).map(resolved<Schema>) }
      : schema;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => ({
      id: raw.operationId,
      method: method.toUpperCase() as Operation['method'],
      path,
      tags: raw.tags ?? [],
      parameters: (raw.parameters ?? []).map(resolved<Parameter>),
      // With its references resolved, so that it can be read alone.
      body: mapped(raw.requestBody?.content ?? {}, (media) => ({
        ...media,
        schema: { ...withAlternatives(resolved<Schema>(media.schema ?? {})), components },
      })),
      bodyRequired: raw.requestBody?.required ?? false,
      needsToken: (raw.security ?? []).some((one) => 'accessToken' in one),
      responses: mapped(raw.responses, (one) => {
        const { headers = {}, ...response } = resolved<RawResponse>(one);
        // A description beside a reference replaces that of its target (OpenAPI 3.1, 4.8.23).
        const description = one.description ?? response.description;
        return { ...response, description, headers: mapped(headers, resolved<Header>) };
      }),
    })),
  );
  if (operations.length === 0) throw new Error('the document describes no calls');
  return { operations, components };
}

function mapped<T, U>(from: Record<string, T>, make: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, make(value)]));
}
