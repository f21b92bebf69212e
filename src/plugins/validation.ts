import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fp from 'fastify-plugin';
import { LongValueSchema, ValueSchema } from '../schemas/body-limits.js';
import { lazyValidator } from './lazy-compilers.js';

/**
 * Bodies are neither coerced nor stripped. Values of URLs and headers, which are text, are coerced.
 */
export const validation = fp(
  async (app) => {
    app.setValidatorCompiler(({ schema, httpPart }) =>
      lazyValidator(() => (httpPart === 'body' ? strict : coercing).compile(schema)),
    );
  },
  { name: 'validation' },
);

// One per process, because Ajv caches what it has compiled.
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
    // These schemas are our own. Checking them would cost compiling JSON Schema itself at every
    // start.
    validateSchema: false,
  });
  (addFormats as unknown as (ajv: Ajv) => void)(made);
  return made;
}
