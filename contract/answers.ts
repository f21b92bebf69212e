import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Contract, DocumentedResponse, Operation, Schema } from './document.js';

/** A response, as far as a contract describes it. */
export interface Answer {
  status: number;
  /** Lower-case name to value. */
  headers: Record<string, string | string[] | number | undefined>;
  /** The whole body, or null for a stream that was not collected. */
  text: string | null;
}

/** Returns what is wrong with a response; empty if it keeps the contract. */
export type Judge = (operation: Operation, answer: Answer) => string[];

const PROBLEM = 'application/problem+json';

/** The name by which the components of a contract are referred to. */
const COMPONENTS = 'contract:components';

/**
 * Checks responses against a contract. A schema that lists properties and does not explicitly allow
 * others is taken to list them all. With `closed`, that also applies to schemas that do allow
 * others: our own tests use this to find properties that were forgotten.
 */
export function createJudge({ components }: Contract, { closed = false } = {}): Judge {
  // Whether our own schemas are valid is not the question of our tests.
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateSchema: !closed });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema({ $id: COMPONENTS, components: listingAll(components, closed) });
  // By its text: most answers refer to the same few schemas, each in an object of its own.
  const compiled = new Map<string, ValidateFunction>();
  const texts = new Map<Schema, string>();
  const validator = (schema: Schema): ValidateFunction => {
    const text = texts.get(schema) ?? JSON.stringify(schema);
    texts.set(schema, text);
    const known = compiled.get(text);
    if (known !== undefined) return known;
    // What several schemas refer to is compiled once.
    const own = JSON.parse(text, (key, value) => (key === '$ref' ? `${COMPONENTS}${value}` : value));
    const made = ajv.compile(listingAll(own, closed) as Schema);
    compiled.set(text, made);
    return made;
  };
  const faultsOf = (what: string, schema: Schema, value: unknown): string[] => {
    const validate = validator(schema);
    return validate(value) ? [] : (validate.errors ?? []).map((error) => `${what}${sentence(error)}`);
  };

  const bodyFaults = (documented: DocumentedResponse, { headers, text }: Answer): string[] => {
    const type = mediaTypeOf(headers['content-type']);
    const content = Object.entries(documented.content ?? {});
    if (content.length === 0) return text ? [`an undocumented body (${type || 'no content type'})`] : [];
    const fitting = content.find(([range]) => matches(range, type));
    if (fitting === undefined) return [`undocumented content type ${type || '(none)'}`];
    const { schema } = fitting[1];
    if (schema === undefined || text === null || !/[/+]json$/.test(type)) return [];
    const body = parsed(text);
    return body === undefined ? ['a body that is not JSON'] : faultsOf('', schema, body);
  };

  return (operation, answer) => {
    const documented = operation.responses[String(answer.status)];
    if (documented === undefined) return [`undocumented status ${answer.status}`];
    const headerFaults = Object.entries(documented.headers).flatMap(([name, { required, schema }]) => {
      const value = answer.headers[name.toLowerCase()];
      if (value === undefined) return required ? [`the header ${name} is missing`] : [];
      const typed = schema?.['type'] === 'integer' ? Number(value) : String(value);
      return schema === undefined ? [] : faultsOf(`header ${name}`, schema, typed);
    });
    return [
      ...new Set([...headerFaults, ...bodyFaults(documented, answer), ...codeFaults(documented, answer)]),
    ];
  };
}

/**
 * The contract must name the code of a problem for this status of this call, and its `status` must
 * be the real one.
 */
function codeFaults({ description }: DocumentedResponse, { status, headers, text }: Answer): string[] {
  if (mediaTypeOf(headers['content-type']) !== PROBLEM || text === null) return [];
  const { code, status: said } = (parsed(text) ?? {}) as { code?: unknown; status?: unknown };
  const named = [...description.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name);
  return [
    ...(named.length === 0 || named.includes(String(code))
      ? []
      : [`undocumented code ${code} for ${status}`]),
    ...(said === undefined || said === status
      ? []
      : [`/status is ${said} in a response with status ${status}`]),
  ];
}

/** A copy in which no object that lists properties may have others. */
function listingAll(schema: unknown, closed: boolean): unknown {
  if (Array.isArray(schema)) return schema.map((one) => listingAll(one, closed));
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, listingAll(value, closed)]),
  );
  const says = 'additionalProperties' in copy && !(closed && copy['additionalProperties'] === true);
  const lists = copy['type'] === 'object' && typeof copy['properties'] === 'object';
  return lists && !says ? { ...copy, additionalProperties: false } : copy;
}

/** Removes what changes between responses, so that the same fault has the same words. */
function sentence({ instancePath, message, keyword, params }: ErrorObject): string {
  const where = instancePath.replace(/\/\d+(?=\/|$)/g, '/*');
  if (keyword === 'additionalProperties')
    return `undocumented property ${where}/${params['additionalProperty']}`;
  return `${where || '/'} ${message ?? keyword}`;
}

function mediaTypeOf(header: string | string[] | number | undefined): string {
  return String(header ?? '')
    .split(';', 1)
    .join('')
    .trim()
    .toLowerCase();
}

function matches(range: string, type: string): boolean {
  const [major, minor] = range.toLowerCase().split('/');
  const [ofType, subtype] = type.split('/');
  return type !== '' && (major === '*' || major === ofType) && (minor === '*' || minor === subtype);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
