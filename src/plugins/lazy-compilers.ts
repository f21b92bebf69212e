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
  return (route) => {
    let serializer: Serializer | undefined;
    return (value: unknown) => {
      serializer ??= once(compiled, route.schema as object, () => compile(route));
      return serializer(value);
    };
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

function once<K extends object, V>(made: WeakMap<K, V>, key: K, make: () => V): V {
  const known = made.get(key);
  if (known !== undefined) return known;
  const value = make();
  made.set(key, value);
  return value;
}
