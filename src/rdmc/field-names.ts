import { keyOf } from './scalars.js';

/** What a container may say about itself, by our names. */
export type ContainerField =
  | 'title'
  | 'description'
  | 'contributors'
  | 'owner'
  | 'keywords'
  | 'subject'
  | 'license'
  | 'version'
  | 'language'
  | 'publication_date'
  | 'dates'
  | 'pid'
  | 'previous_version'
  | 'links'
  | 'resource_type'
  | 'access'
  | 'embargo_date'
  | 'container_concept';

/** Spellings, without case, blanks and punctuation, of payloads and of the manifests since 0.2.0. All that say something count together. */
const SPELLINGS: Record<ContainerField, string[]> = {
  title: ['title', 'rdmctitle', 'containertitle'],
  description: ['description', 'rdmcdescription', 'containerdescription', 'abstract', 'summary'],
  contributors: ['contributors', 'contributor', 'authors', 'author', 'creators', 'creator', 'people'],
  owner: ['owner', 'rdmcowner'],
  keywords: ['keywords', 'keyword', 'tags', 'tag'],
  subject: ['subject', 'subjects', 'subjectarea', 'discipline'],
  license: ['license', 'licence', 'licenses', 'licences', 'lizenz'],
  version: ['version', 'rdmcversion', 'containerversion'],
  language: ['language', 'lang'],
  publication_date: ['publicationdate', 'releasedate', 'publishdate', 'publisheddate', 'date'],
  dates: ['dates', 'sealeddate', 'creationdate', 'createddate', 'datecreated', 'createdat', 'collectiondate'],
  pid: ['pid', 'epicpid', 'pidrdmc', 'rdmcpid', 'handle', 'identifiers', 'identifier', 'pids', 'pidurl'],
  previous_version: ['referencetopidrdmcpreversion', 'previousversion', 'preversion', 'previouspid'],
  links: ['links', 'relatedlinks'],
  resource_type: ['resourcetype', 'resourcetypes', 'containertype'],
  access: ['accesslevel', 'access', 'accessright', 'accessrights', 'visibility'],
  embargo_date: ['embargodate', 'embargountil', 'embargoend'],
  container_concept: ['containerconcept', 'concept'],
};

/** All of them. */
export const CONTAINER_FIELDS = Object.keys(SPELLINGS) as ContainerField[];

/** Known, and on purpose not sent: they stay in the manifest, which travels as a file. */
const KEPT_IN_MANIFEST = new Set(
  (
    'filepath manifestfilepath manifestschemaversion artifactsinsidetherdmc artifacts artifactsdetails artefactseeschecksum additionaldata contextinformation ' +
    'accesscontrolencryptionlayer securitylayer reviewbadges rdmcmetadata rdmcid containerid container containerhash hash status creationmode uuid id ' +
    'rdmcchecksum checksum manifestversion doi'
  ).split(' '),
);

const BY_KEY = new Map(
  Object.entries(SPELLINGS).flatMap(([field, keys]) => keys.map((key) => [key, field as ContainerField])),
);

/** The field that a key stands for, `kept` for what is known and not sent, or null. */
export function fieldOf(key: string): ContainerField | 'kept' | null {
  const plain = keyOf(key);
  return BY_KEY.get(plain) ?? (KEPT_IN_MANIFEST.has(plain) ? 'kept' : null);
}

/** How far a spelling is from the first choice: the most usual stands first if a container uses several. */
export function rankOf(field: ContainerField, key: string): number {
  return SPELLINGS[field].indexOf(keyOf(key));
}

/** Fields of Zenodo's own legacy metadata (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/schemas.py`). */
export const ZENODO_FIELDS: ReadonlySet<string> = new Set(
  (
    'upload_type publication_type image_type software_type publication_date title creators description access_right license embargo_date access_conditions doi ' +
    'prereserve_doi keywords notes method related_identifiers contributors references communities grants journal_title journal_volume journal_issue journal_pages ' +
    'conference_title conference_acronym conference_dates conference_place conference_url conference_session conference_session_part imprint_publisher imprint_isbn ' +
    'imprint_place partof_title partof_pages thesis_supervisors thesis_university subjects version language locations dates custom'
  ).split(' '),
);
