import type { FastifyRequest, FastifySchemaValidationError } from 'fastify';
import type { FieldFault } from '../errors.js';
import { LANGUAGE_TAG } from '../schemas/upload-links.js';

/** JSON's types as people name them. */
const TYPES: Record<string, string> = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
};

/** As many faults are told: callers who corrected these learn of more. */
const MOST_TOLD = 100;

/** What a schema found wrong, once a field and under the caller's names. */
export function validationFaults(all: readonly FastifySchemaValidationError[]): FieldFault[] {
  // That a condition did not hold says nothing: what it asks for is told by itself.
  const found = all.filter(({ keyword }) => keyword !== 'if').slice(0, MOST_TOLD);
  const faults: FieldFault[] = [];
  for (const path of new Set(found.map((item) => item.instancePath))) {
    const here = found.filter((item) => item.instancePath === path);
    // Of alternatives every one complains: the one whose type fits says what is wrong, that none
    // fits says nothing.
    const exact = here.filter(({ keyword }) => keyword !== 'type' && keyword !== 'anyOf');
    const isDeeper = found.some((item) => item.instancePath.startsWith(`${path}/`));
    faults.push(...exact.map((item) => ({ field: fieldOf(item), message: messageOf(item) })));
    if (exact.length === 0 && !isDeeper) faults.push({ field: nameOf(path), message: typeMessage(here) });
  }
  return faults;
}

/** The fields that hold the one character no database text can hold. */
export function unstorableFaults(request: FastifyRequest): FieldFault[] {
  const sources = [request.params, request.query, request.body];
  return sources
    .flatMap((source) => Object.entries(typeof source === 'object' && source !== null ? source : {}))
    .filter(([, value]) => typeof value === 'string' && value.includes('\0'))
    .map(([field]) => ({ field, message: 'holds the character U+0000' }));
}

function messageOf({ keyword, params, message }: FastifySchemaValidationError): string {
  const limit = Number(params['limit']);
  if (keyword === 'required') return 'is missing';
  if (keyword === 'additionalProperties') return 'is not known here';
  if (keyword === 'minLength' && limit === 1) return 'must not be empty';
  if (keyword === 'maxLength') return `must have at most ${limit} characters`;
  if (keyword === 'maxItems' || keyword === 'maxProperties') return `must have at most ${limit} entries`;
  if (keyword === 'enum') return `must be one of ${listed(params['allowedValues'])}`;
  if (keyword === 'const') return `must be ${listed([params['allowedValue']])}`;
  if (params['pattern'] === LANGUAGE_TAG) return 'must be a language tag, such as `de` or `en-GB`';
  return message ?? 'is not valid';
}

function listed(values: unknown): string {
  return [values]
    .flat()
    .map((value) => `\`${value}\``)
    .join(', ');
}

function typeMessage(items: readonly FastifySchemaValidationError[]): string {
  const types = items.filter(({ keyword }) => keyword === 'type').flatMap(({ params }) => params['type']);
  const wanted = types.length > 1 ? types.filter((type) => type !== 'null') : types;
  if (wanted.length === 0) return 'is not valid';
  return `must be ${[...new Set(wanted)].map((type) => TYPES[String(type)] ?? type).join(' or ')}`;
}

function fieldOf({ keyword, params, instancePath }: FastifySchemaValidationError): string {
  const name = keyword === 'required' ? params['missingProperty'] : params['additionalProperty'];
  return [nameOf(instancePath), name === undefined ? '' : String(name)].filter(Boolean).join('.');
}

function nameOf(instancePath: string): string {
  const parts = instancePath.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).join('.');
}
