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

/**
 * Roles in MARC
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/roles.yaml`).
 */
const MARC = new Map(
  'contactperson:prc datacollector:col datacurator:cur datamanager:dtm distributor:dst editor:edt hostinginstitution:his producer:pro projectleader:pdr projectmanager:rth projectmember:rtm registrationagency:cor registrationauthority:cor relatedperson:oth researcher:res researchgroup:rtm rightsholder:cph sponsor:spn supervisor:dgs translator:trl workpackageleader:led other:oth'
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

/** The code of a role in MARC, `edt`. */
export function marcRole(id: string): string | undefined {
  return MARC.get(id);
}
