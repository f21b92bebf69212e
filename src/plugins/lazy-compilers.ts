import SerializerSelector from '@fastify/fast-json-stringify-compiler';
import type { FastifySchemaCompiler } from 'fastify';

type Factory = ReturnType<typeof SerializerSelector>;
type Serializer = ReturnType<ReturnType<Factory>>;

const factory = SerializerSelector();
const compiled = new WeakMap<object, Serializer>();

/**
 * Compiles the serializer of a response when it is first needed. Compiling all takes a third of the
 * start, and most responses in the contract are problems, which never pass here.
 */
export const lazySerializers: Factory = (externalSchemas, options) => {
  const compile = factory(externalSchemas, options);
  return (route) => (value: unknown) => {
    const schema = route.schema as object;
    let serializer = compiled.get(schema);
    if (serializer === undefined) {
      serializer = compile(route);
      compiled.set(schema, serializer);
    }
    return serializer(value);
  };
};

type Validator = ReturnType<FastifySchemaCompiler<unknown>>;

/** Compiles a validator at its first use. */
export function lazyValidator(compile: () => Validator): Validator {
  let validator: Validator | undefined;
  const lazy: Validator = (value: unknown) => {
    validator ??= compile();
    const valid = validator(value);
    // Fastify reads the errors here before anything else can run.
    lazy.errors = validator.errors ?? null;
    return valid;
  };
  return lazy;
}
