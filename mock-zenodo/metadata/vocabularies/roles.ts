const LEGACY_TYPES =
  'ContactPerson DataCollector DataCurator DataManager Distributor Editor HostingInstitution Producer ProjectLeader ProjectManager ProjectMember RegistrationAgency RegistrationAuthority RelatedPerson Researcher ResearchGroup RightsHolder Sponsor Supervisor WorkPackageLeader Other';

const LEGACY_BY_ID = new Map(LEGACY_TYPES.split(' ').map((type) => [type.toLowerCase(), type]));

/** Roles of contributors. Except for the translator, all are legacy types in lower case. */
export const ROLE_IDS: ReadonlySet<string> = new Set([...LEGACY_BY_ID.keys(), 'translator']);

/** Whether the vocabulary of contributor roles has an id. */
export function isRole(id: string): boolean {
  return ROLE_IDS.has(id);
}

/** The legacy contributor type of a role. Null if there is none. */
export function legacyRole(id: string | undefined): string | null {
  return (id !== undefined && LEGACY_BY_ID.get(id)) || null;
}
