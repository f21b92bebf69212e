import { asList, type Given, type Mapper, type Setting } from './mapping.js';
import { readPeople, type Someone } from './person.js';
import { onceEach, personKey } from './same-people.js';

/**
 * Maps people to `creators` and `contributors`. Authors are creators. Contributors with an author's
 * role are creators too, and those without a role if there are no authors; the others are
 * contributors. `authorsElsewhere`: another part of the call lists authors. If there would be no
 * creator, all become creators, because Zenodo does not publish without one.
 */
export function mapPeople(
  authors: Given[],
  contributors: Given[],
  authorsElsewhere: boolean,
  into: Mapper,
): void {
  const creators = authors.flatMap((given) => readPeople(given, into));
  const others = contributors.flatMap((given) => readPeople(given, into));
  if (creators.length + others.length === 0) return;
  const named = creators.length > 0 || authorsElsewhere;
  const names = new Set(creators.map(personKey));
  const helpers = creators.flatMap(withRoles);
  for (const someone of others) {
    const { roles } = someone;
    // A person who is already an author, and nothing else, is named once.
    if (roles?.creator || (roles === null && (!named || names.has(personKey(someone))))) {
      creators.push(someone);
      names.add(personKey(someone));
    } else if (roles === null) {
      into.warn(someone.path, 'has no role, so it was sent as a contributor with the role Other.');
      helpers.push(withRole(someone, 'other'));
    }
    helpers.push(...withRoles(someone));
  }
  const path = (authors[0] ?? contributors[0])?.path ?? 'contributors';
  if (creators.length > 0) into.setList('metadata.creators', onceEach(creators, into).map(bare), path);
  else if (others.length > 0) {
    into.mapping.defaults['metadata.creators'] = {
      ...asList(onceEach(others, into).map(bare), path),
      sentence: `${path}: there is no author among them, so all of them became creators.`,
    };
  }
  if (contributors.length > 0 || helpers.length > 0) {
    // The list of contributors is complete: earlier ones are replaced.
    if (helpers.length > 0) into.setList('metadata.contributors', onceEach(helpers, into), path);
    else into.set('metadata.contributors', { value: null, path });
  }
}

/** Adds people to the contributors of a draft, all with the same role. */
export function addContributors(given: Given, role: string, into: Mapper): void {
  for (const someone of readPeople(given, into)) {
    const others = (someone.roles?.roles ?? []).filter((one) => one !== role);
    if (others.length > 0)
      into.warn(someone.path, `was sent with the role ${role} only: list them as a contributor too.`);
    into.add('metadata.contributors', withRole(someone, role));
  }
}

function bare({ value, path, inner = {} }: Someone): Setting {
  return { value, path, inner };
}

function withRole({ value, path, inner = {} }: Someone, id: string): Setting {
  return { value: { ...value, role: { id } }, path, inner: { ...inner } };
}

function withRoles(someone: Someone): Setting[] {
  return (someone.roles?.roles ?? []).map((role) => withRole(someone, role));
}
