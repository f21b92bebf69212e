import SerializerSelector from '@fastify/fast-json-stringify-compiler';
import type { FastifySchemaCompiler } from 'fastify';

type Factory = ReturnType<typeof SerializerSelector>;
type Serializer = ReturnType<ReturnType<Factory>>;

const factory = SerializerSelector();
const compiled = new WeakMap<object, Serializer>();

/**
 * Compiles the serializer of an answer when that answer is first given: most answers of the
 * contract are problems, which never pass here, and compiling all is a third of the start.
 */
export const lazySerializers: Factory = (externalSchemas, options) => {
  const compile = factory(externalSchemas, options);
  return (route) => {
    let serializer: Serializer | undefined;
    return (value: unknown) => {
      serializer ??= once(compiled, route.schema as object, () => compile(route));
      return serializer(value);
    };
  };
};

type Validator = ReturnType<FastifySchemaCompiler<unknown>>;

/** Compiles a validator when the first request comes that it is for. */
export function lazyValidator(compile: () => Validator): Validator {
  let validator: Validator | undefined;
  const lazy: Validator = (value: unknown) => {
    validator ??= compile();
    const valid = validator(value);
    // Fastify reads here what was wrong, before anything else can run.
    lazy.errors = validator.errors ?? null;
    return valid;
  };
  return lazy;
}

function once<K extends object, V>(made: WeakMap<K, V>, key: K, make: () => V): V {
  const known = made.get(key);
  if (known !== undefined) return known;
  const value = make();
  made.set(key, value);
  return value;
}
