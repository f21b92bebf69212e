import { type Answer, canonical, pascal, type Reference } from './openapi-failures.js';

interface Operation {
  operationId: string;
  responses: Record<string, Answer | Reference>;
}

/**
 * Moves recorded answers that several calls give to the components, under the name of the first of
 * these, and gives those back.
 */
export function nameExamples(operations: readonly Operation[]): Record<string, object> {
  const places = operations.flatMap(({ operationId, responses }) =>
    Object.values(responses).flatMap((response) => {
      const examples = '$ref' in response ? undefined : response.content?.['application/json']?.examples;
      return examples === undefined
        ? []
        : Object.keys(examples).map((name) => ({ operationId, examples, name }));
    }),
  );
  const alike = new Map<string, typeof places>();
  for (const place of places) {
    const key = canonical(place.examples[place.name]);
    alike.set(key, [...(alike.get(key) ?? []), place]);
  }
  const named: Record<string, object> = {};
  for (const group of alike.values()) {
    const [first] = group;
    const value = first?.examples[first.name];
    if (first === undefined || value === undefined || group.length === 1) continue;
    const name = pascal(first.operationId);
    named[name] = value;
    for (const { examples, name: key } of group) examples[key] = { $ref: `#/components/examples/${name}` };
  }
  return named;
}
