import { entryIn, keyOf, listOf, pairsIn, textOf, wordsIn } from './values.js';

/** Resource types of records (`zenodo/zenodo-rdm:app_data/vocabularies/resource_types.yaml`). */
export const RESOURCE_TYPES = wordsIn(`
  publication poster presentation dataset image video software lesson physicalobject other event model audio workflow
  publication-annotationcollection publication-book publication-section publication-conferencepaper
  publication-conferenceproceeding publication-datamanagementplan publication-journal publication-article
  publication-patent publication-peerreview publication-preprint publication-deliverable publication-milestone
  publication-proposal publication-report publication-softwaredocumentation publication-taxonomictreatment
  publication-technicalnote publication-workingpaper publication-datapaper publication-dissertation
  publication-thesis publication-standard publication-studyregistration publication-other image-figure image-plot
  image-drawing image-diagram image-photo image-other software-computationalnotebook`);

/** Resource types that only related works may have in addition. */
export const RELATED_TYPES = [...RESOURCE_TYPES, 'project', 'instrument'];

/** Roles of contributors as the deposit API spells them. */
export const ROLE_NAMES = wordsIn(`
  ContactPerson DataCollector DataCurator DataManager Distributor Editor HostingInstitution Producer ProjectLeader
  ProjectManager ProjectMember RegistrationAgency RegistrationAuthority RelatedPerson Researcher ResearchGroup
  RightsHolder Sponsor Supervisor WorkPackageLeader Other`);

/**
 * Roles of creators and contributors
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/roles.yaml`).
 */
export const ROLES = [...ROLE_NAMES.map((name) => name.toLowerCase()), 'translator'];

export const TITLE_TYPES = wordsIn('alternative-title subtitle translated-title other');

/** `notes` is Zenodo's own (`zenodo/zenodo-rdm:app_data/vocabularies/description_types.yaml`). */
export const DESCRIPTION_TYPES = wordsIn(
  'abstract methods series-information table-of-contents technical-info notes other',
);

export const DATE_TYPES = wordsIn(
  'accepted available collected copyrighted created issued other submitted updated valid withdrawn coverage',
);

/** Of software (`repostatus.org`). */
export const DEVELOPMENT_STATUSES = wordsIn('concept wip suspended abandoned active inactive');

/** Relations as the deposit API spells them. */
export const RELATION_NAMES = wordsIn(`
  isCitedBy cites isSupplementTo isSupplementedBy isContinuedBy continues isDescribedBy describes hasMetadata
  isMetadataFor hasVersion isVersionOf isNewVersionOf isPreviousVersionOf isPartOf hasPart isPublishedIn
  isReferencedBy references isDocumentedBy documents isCompiledBy compiles isVariantFormOf isOriginalFormOf
  isIdenticalTo isReviewedBy reviews isDerivedFrom isSourceOf isRequiredBy requires isObsoletedBy obsoletes`);

export const RELATIONS = [
  ...RELATION_NAMES.map((name) => name.toLowerCase()),
  ...wordsIn('istranslationof hastranslation iscollectedby collects other'),
];

/** Words for which Zenodo has another one. */
const ROLE_WORDS: Readonly<Record<string, string>> = {
  contact: 'contactperson',
  maintainer: 'contactperson',
  curator: 'datacurator',
  collector: 'datacollector',
  datasteward: 'datamanager',
  manager: 'projectmanager',
  leader: 'projectleader',
  principalinvestigator: 'projectleader',
  pi: 'projectleader',
  member: 'projectmember',
  owner: 'rightsholder',
  copyrightholder: 'rightsholder',
  advisor: 'supervisor',
  funder: 'sponsor',
  scientist: 'researcher',
  // MARC relator codes, as in R packages (`r-lib/desc`, `ropensci/codemetar`).
  cre: 'contactperson',
  ctb: 'other',
  cph: 'rightsholder',
  fnd: 'sponsor',
  ths: 'supervisor',
  trl: 'translator',
  edt: 'editor',
  ...Object.fromEntries(
    pairsIn(`
  ansprechpartner=contactperson ansprechpartnerin=contactperson kontaktperson=contactperson herausgeber=editor
  herausgeberin=editor hrsg=editor ed=editor eds=editor éditeur=editor éditrice=editor kurator=datacurator kuratorin=datacurator
  datenkurator=datacurator datenkuratorin=datacurator datacuration=datacurator datenmanager=datamanager
  datenmanagerin=datamanager projektleiter=projectleader projektleiterin=projectleader
  projektleitung=projectleader projektmitglied=projectmember projectadministration=projectmanager
  forscher=researcher forscherin=researcher wissenschaftler=researcher wissenschaftlerin=researcher
  chercheur=researcher chercheuse=researcher betreuer=supervisor betreuerin=supervisor supervision=supervisor
  rechteinhaber=rightsholder rechteinhaberin=rightsholder übersetzer=translator übersetzerin=translator
  traducteur=translator traductrice=translator`),
  ),
};

/** Roles of CRediT that Zenodo has no equivalent for (`credit.niso.org`). */
const CREDIT = wordsIn(
  'conceptualization conceptualisation formalanalysis fundingacquisition investigation methodology resources software validation visualization visualisation writing writingoriginaldraft writingreview writingreviewediting editing',
);

const AUTHORS = new Set(
  wordsIn(
    'author authors creator creators firstauthor leadauthor correspondingauthor coauthor mainauthor datacreator autor autorin autoren aut auteur auteure autrice auteurs verfasser verfasserin urheber urheberin erstautor erstautorin koautor koautorin coauteur',
  ),
);

/** The roles of a person: whether they are an author, and what else they did. */
export interface Roles {
  creator: boolean;
  roles: string[];
  /** Words without an equivalent at Zenodo, which count as `other`. */
  unknown: string[];
}

/** What separates the roles of one person. */
export const SEVERAL_ROLES = /[,;|/&+]|\s(?:and|und)\s/i;

/** Reads a role, or several in a list or separated by commas. Null if none is given. */
export function readRoles(value: unknown): Roles | null {
  const names = listOf(value).flatMap((item) => withoutAddress(textOf(item) ?? '').split(SEVERAL_ROLES));
  const given = names.map((name) => name.trim()).filter((name) => name !== '');
  if (given.length === 0) return null;
  const found: Roles = { creator: false, roles: [], unknown: [] };
  for (const name of given) {
    if (AUTHORS.has(roleKey(name))) found.creator = true;
    else {
      const role = roleId(name);
      if (role === null) found.unknown.push(name);
      found.roles.push(role ?? 'other');
    }
  }
  found.roles = [...new Set(found.roles)];
  return found;
}

/** The end of a vocabulary's address: `http://id.loc.gov/vocabulary/relators/aut`. */
function withoutAddress(text: string): string {
  return /^https?:\/\/\S+$/i.test(text) ? (text.split('/').findLast((part) => part !== '') ?? '') : text;
}

/** A role without what it is short for: `Principal Investigator (PI)`. */
function roleKey(word: string): string {
  return keyOf(word.replace(/\([^()]*\)$/, ''));
}

/** The role for a word; null if Zenodo has none. */
export function roleId(word: string): string | null {
  const key = roleKey(word);
  return ROLES.includes(key) ? key : (entryIn(ROLE_WORDS, key) ?? null);
}

/** Whether a word is a role, including an author's and those that Zenodo does not have. */
export function isRole(word: string): boolean {
  return AUTHORS.has(roleKey(word)) || roleId(word) !== null || isCredit(word);
}

/** Whether a word is a role that Zenodo does not have. Most of them are common words too. */
export function isCredit(word: string): boolean {
  return CREDIT.includes(keyOf(word));
}
