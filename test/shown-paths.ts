/** What is read of a contract that a page shows. */
interface Shown {
  paths: Record<string, object>;
  components: Record<string, Record<string, unknown>>;
}

/**
 * A contract of only these paths, with what they refer to. The page of the reference reads the
 * whole contract again whenever somebody opens a call.
 */
export function onlyPaths(contract: Shown, paths: readonly string[]): Shown {
  const shown = Object.fromEntries(paths.map((path) => [path, contract.paths[path] ?? {}]));
  const needed = new Set<string>();
  const need = (part: unknown) => {
    for (const [, kind = '', name = ''] of JSON.stringify(part).matchAll(
      /"#\/components\/(\w+)\/([\w.-]+)"/g,
    )) {
      if (needed.has(`${kind}/${name}`)) continue;
      needed.add(`${kind}/${name}`);
      need(contract.components[kind]?.[name]);
    }
  };
  need(shown);
  const components = Object.entries(contract.components).map(([kind, named]) => [
    kind,
    // These are referred to by their names alone.
    kind === 'securitySchemes'
      ? named
      : Object.fromEntries(Object.entries(named).filter(([name]) => needed.has(`${kind}/${name}`))),
  ]);
  return { ...contract, paths: shown, components: Object.fromEntries(components) };
}
