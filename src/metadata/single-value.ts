import { entriesOf, type Given, Mapper } from './mapping.js';

/** The value of a field given several times. If the values differ, the fault names both. */
export function single(all: Given[], read: (given: Given, into: Mapper) => void, into: Mapper): Given[] {
  const [first, ...others] = all.map(lone);
  if (first === undefined) return [];
  const meaning = (one: Given) => {
    const quiet = new Mapper();
    read(one, quiet);
    const { set, add } = quiet.mapping;
    return JSON.stringify([...Object.values(set), ...Object.values(add).flat()].map(({ value }) => value));
  };
  for (const other of others) {
    if (meaning(other) !== meaning(first))
      into.fault(first.path, `contradicts ${other.path}: send only one of them`);
  }
  return [first];
}

/** The only entry of a list, for the value itself, as in JSON-LD and forms. */
function lone(given: Given): Given {
  const [only, ...more] = entriesOf(given);
  return Array.isArray(given.value) && only !== undefined && more.length === 0 ? only : given;
}
