import type { FastifyRequest, FastifySchemaValidationError } from 'fastify';
import { type FieldFault, listedFaults, MAX_FAULTS } from '../errors.js';
import { LANGUAGE_TAG } from '../schemas/upload-links.js';

/** Names of JSON types. */
const TYPES: Record<string, string> = {
  object: 'an object',
  array: 'a list',
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
};

/** The faults that a schema found, one for each field, under the caller's names. */
export function validationFaults(all: readonly FastifySchemaValidationError[]): FieldFault[] {
  // A failed condition says nothing itself. What it requires is reported separately.
  const found = all.filter(({ keyword }) => keyword !== 'if').slice(0, MAX_FAULTS + 1);
  const faults: FieldFault[] = [];
  for (const path of new Set(found.map((item) => item.instancePath))) {
    const here = found.filter((item) => item.instancePath === path);
    // Every alternative reports a fault. Only the one whose type matches says what is wrong.
    const exact = here.filter(({ keyword }) => keyword !== 'type' && keyword !== 'anyOf');
    const isDeeper = found.some((item) => item.instancePath.startsWith(`${path}/`));
    faults.push(...exact.map((item) => ({ field: fieldOf(item), message: messageOf(item) })));
    if (exact.length === 0 && !isDeeper) faults.push({ field: nameOf(path), message: typeMessage(here) });
  }
  return listedFaults(faults);
}

/** The fields that contain the one character that PostgreSQL cannot store. */
export function unstorableFaults(request: FastifyRequest): FieldFault[] {
  const sources = [request.params, request.query, request.body];
  const faults = sources
    .flatMap((source) => Object.entries(typeof source === 'object' && source !== null ? source : {}))
    .filter(([, value]) => typeof value === 'string' && value.includes('\0'))
    .map(([field]) => ({ field: cut(field), message: 'contains the character U+0000' }));
  return listedFaults(faults);
}

function messageOf({ keyword, params, message }: FastifySchemaValidationError): string {
  const limit = Number(params['limit']);
  if (keyword === 'required') return 'is missing';
  if (keyword === 'additionalProperties') return 'is not a field of this call';
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
  return cut([nameOf(instancePath), name === undefined ? '' : String(name)].filter(Boolean).join('.'));
}

/** Characters of a field's name in a fault. A caller may send any names. */
const MAX_NAME = 1000;

const cut = (name: string) => (name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name);

function nameOf(instancePath: string): string {
  const parts = cut(instancePath).split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).join('.');
}
