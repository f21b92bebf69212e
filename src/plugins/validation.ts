import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fp from 'fastify-plugin';
import { LongValueSchema, ValueSchema } from '../schemas/values.js';

/** Bodies are taken as they are, nothing coerced or stripped; what comes as text in a URL or header is coerced. */
export const validation = fp(
  async (app) => {
    const strict = new Ajv({
      allErrors: true,
      coerceTypes: false,
      removeAdditional: false,
      useDefaults: true,
      strict: false,
    });
    const coercing = new Ajv({
      allErrors: true,
      coerceTypes: 'array',
      removeAdditional: false,
      useDefaults: true,
      strict: false,
    });
    for (const ajv of [strict, coercing]) (addFormats as unknown as (ajv: Ajv) => void)(ajv);
    strict.addSchema([ValueSchema, LongValueSchema]);
    app.setValidatorCompiler(({ schema, httpPart }) =>
      (httpPart === 'body' ? strict : coercing).compile(schema),
    );
  },
  { name: 'validation' },
);
