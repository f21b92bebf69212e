import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fp from 'fastify-plugin';
import { LongValueSchema, ValueSchema } from '../schemas/values.js';
import { lazyValidator } from './lazy-compilers.js';

/**
 * Bodies are taken as they are, nothing coerced or stripped; what comes as text in a URL or header
 * is coerced.
 */
export const validation = fp(
  async (app) => {
    app.setValidatorCompiler(({ schema, httpPart }) =>
      lazyValidator(() => (httpPart === 'body' ? strict : coercing).compile(schema)),
    );
  },
  { name: 'validation' },
);

// One of each in the process: Ajv knows again what it has compiled.
const strict = ajv(false);
strict.addSchema([ValueSchema, LongValueSchema]);
const coercing = ajv('array');

function ajv(coerceTypes: false | 'array'): Ajv {
  const made = new Ajv({
    allErrors: true,
    coerceTypes,
    removeAdditional: false,
    useDefaults: true,
    strict: false,
    // They are this program's own; checking them costs a start the compiling of JSON Schema's own.
    validateSchema: false,
  });
  (addFormats as unknown as (ajv: Ajv) => void)(made);
  return made;
}
