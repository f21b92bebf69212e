import { keyOf, listOf, textOf } from './scalars.js';

/** Contributor types that legacy Zenodo takes and gives back (`zenodo/developers.zenodo.org:source/includes/resources/deposit/_representation.md`). */
const TYPES = [
  'ContactPerson',
  'DataCollector',
  'DataCurator',
  'DataManager',
  'Distributor',
  'Editor',
  'HostingInstitution',
  'Producer',
  'ProjectLeader',
  'ProjectManager',
  'ProjectMember',
  'RegistrationAgency',
  'RegistrationAuthority',
  'RelatedPerson',
  'Researcher',
  'ResearchGroup',
  'RightsHolder',
  'Sponsor',
  'Supervisor',
  'WorkPackageLeader',
  'Other',
];

const BY_KEY = new Map(TYPES.map((type) => [keyOf(type), type]));

const CREATORS = new Set(
  ['author', 'creator', 'firstauthor', 'leadauthor', 'correspondingauthor', 'coauthor', 'mainauthor'].concat([
    'datacreator',
    'authors',
    'creators',
    'autor',
    'autorin',
  ]),
);

/** Words for which Zenodo has another one. */
const SYNONYMS: Record<string, string> = {
  contact: 'ContactPerson',
  maintainer: 'ContactPerson',
  curator: 'DataCurator',
  collector: 'DataCollector',
  manager: 'ProjectManager',
  leader: 'ProjectLeader',
  principalinvestigator: 'ProjectLeader',
  pi: 'ProjectLeader',
  member: 'ProjectMember',
  owner: 'RightsHolder',
  copyrightholder: 'RightsHolder',
  advisor: 'Supervisor',
  funder: 'Sponsor',
  scientist: 'Researcher',
};

/** What a person did: whether the record is by him, and as what else he is named. */
export interface Roles {
  creator: boolean;
  types: string[];
  /** Words that Zenodo has nothing for; they were counted as `Other`. */
  unknown: string[];
}

/** Reads a role, or several as a list or joined by commas. Null if none is given. */
export function readRoles(value: unknown): Roles | null {
  const names = listOf(value).flatMap((item) => (textOf(item) ?? '').split(/[,;|]/));
  const given = names.map((name) => name.trim()).filter((name) => name !== '');
  if (given.length === 0) return null;
  const roles: Roles = { creator: false, types: [], unknown: [] };
  for (const name of given) {
    const key = keyOf(name);
    const type = BY_KEY.get(key) ?? SYNONYMS[key];
    if (CREATORS.has(key)) roles.creator = true;
    else if (type === undefined) roles.unknown.push(name);
    if (!CREATORS.has(key)) roles.types.push(type ?? 'Other');
  }
  roles.types = [...new Set(roles.types)];
  return roles;
}

/** Whether Zenodo has a contributor type, in whatever case. */
export function isContributorType(type: string): boolean {
  return TYPES.some((known) => known.toLowerCase() === type.toLowerCase());
}

/** The contributor type that a word stands for, or null. */
export function contributorType(name: string): string | null {
  const key = keyOf(name);
  return BY_KEY.get(key) ?? SYNONYMS[key] ?? null;
}
