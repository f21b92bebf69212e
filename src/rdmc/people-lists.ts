import type { Spelled } from './container.js';
import type { Mapping } from './mapping.js';
import { readPeople, type Someone } from './people.js';

/** Lists of people in other parts of the same call. */
export interface ListedElsewhere {
  creators: boolean;
  contributors: boolean;
}

/** Names of lists that hold authors only. */
const AUTHORS: ReadonlySet<string> = new Set(['authors', 'author', 'creators', 'creator']);

/** Which lists of people a description has. */
export function listsOf(people: Spelled[]): ListedElsewhere {
  const filled = people.filter(({ value }) => value !== null);
  return {
    creators: filled.some(({ key }) => AUTHORS.has(key)),
    contributors: filled.some(({ key }) => !AUTHORS.has(key)),
  };
}

/** A person of a list, and what they become. */
interface Listed extends Someone {
  creator: boolean;
  types: string[];
  list: string;
}

/**
 * People → `creators` and `contributors`. In one list alone, whatever it is called, who has an author's role or none is a creator, who has another one a
 * contributor of that type, who has both is both. If authors have a list of their own, all of it are creators, and in the other list only who has an
 * author's role. If there is no creator all become creators, because Zenodo does not publish without.
 */
export function mapPeople(lists: Spelled[], mapping: Mapping, elsewhere: ListedElsewhere): void {
  const here = listsOf(lists);
  const apart =
    (here.creators && here.contributors) || (here.creators ? elsewhere.contributors : elsewhere.creators);
  const isAuthors = ({ key }: Spelled) => AUTHORS.has(key);
  const ordered = apart ? [...lists.filter(isAuthors), ...lists.filter((list) => !isAuthors(list))] : lists;
  const people = ordered.flatMap((list) =>
    readPeople(list.value, list.path, mapping).map((someone) => inList(someone, list, apart)),
  );
  if (people.length === 0) return;
  const joined = joinSame(people);
  for (const someone of joined.filter(({ creator, types }) => !creator && types.length === 0)) {
    mapping.warnings.push(
      `${someone.path}: has no role and is not in the list of authors, so was sent as Other.`,
    );
    someone.types.push('Other');
  }
  let creators = joined.filter(({ creator }) => creator);
  if (creators.length === 0 && !elsewhere.creators) {
    creators = joined;
    const [list] = lists;
    mapping.warnings.push(`${list?.path}: there is no author among them, so all were made creators.`);
  }
  const contributors = joined.flatMap((someone) => someone.types.map((type) => ({ ...someone, type })));
  const at = (authors: boolean) =>
    (lists.find(({ key }) => AUTHORS.has(key) === authors) ?? lists[0])?.path ?? '';
  if (creators.length > 0) {
    mapping.set['creators'] = creators.map(({ person }) => person);
    keepOrigins(mapping, 'creators', at(true), creators);
  }
  if (contributors.length > 0) {
    mapping.set['contributors'] = contributors.map(({ person, type }) => ({ ...person, type }));
    keepOrigins(mapping, 'contributors', at(false), contributors);
  } else if (!(apart && elsewhere.contributors)) {
    // A call that names people names all of them: contributors of an earlier call do not stay.
    mapping.set['contributors'] = null;
    mapping.origins.set('contributors', at(false));
  }
}

function inList(someone: Someone, { key, path: list }: Spelled, apart: boolean): Listed {
  const { roles } = someone;
  const listed = { ...someone, types: [...(roles?.types ?? [])], list };
  if (!apart) return { ...listed, creator: roles === null || roles.creator };
  return { ...listed, creator: AUTHORS.has(key) || roles?.creator === true };
}

/** A person who is named in several lists is one, with all that the lists say. */
function joinSame(people: Listed[]): Listed[] {
  const kept: Listed[] = [];
  for (const someone of people) {
    const index = kept.findIndex(
      ({ person, list }) => list !== someone.list && isSame(person, someone.person),
    );
    const before = kept[index];
    if (before === undefined) kept.push(someone);
    else kept[index] = join(before, someone);
  }
  return kept;
}

function isSame(one: Someone['person'], other: Someone['person']): boolean {
  const agree = (key: 'orcid' | 'gnd') =>
    one[key] === undefined || other[key] === undefined || one[key] === other[key];
  return one.name.toLowerCase() === other.name.toLowerCase() && agree('orcid') && agree('gnd');
}

function join(before: Listed, other: Listed): Listed {
  const places = new Set(
    [before, other].flatMap(({ person }) => (person.affiliation === undefined ? [] : [person.affiliation])),
  );
  return {
    ...before,
    person: {
      ...other.person,
      ...before.person,
      ...(places.size > 0 ? { affiliation: [...places].join('; ') } : {}),
    },
    creator: before.creator || other.creator,
    types: [...new Set([...before.types, ...other.types])],
  };
}

function keepOrigins(mapping: Mapping, field: string, path: string, people: Someone[]): void {
  mapping.origins.set(field, path);
  people.forEach((someone, index) => {
    mapping.origins.set(`${field}.${index}`, someone.path);
  });
}
