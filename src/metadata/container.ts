import { plainKey } from './fields.js';

/** The fields of a container, by this service's names. */
export type ContainerField = keyof typeof SPELLINGS;

/** Spellings in payloads and in manifests since 0.2.0, without case, blanks and punctuation. */
const SPELLINGS = {
  title: ['title', 'rdmctitle', 'containertitle'],
  titles: ['titles'],
  subtitle: ['subtitle'],
  alternative_title: ['alternativetitle', 'alternativetitles', 'alternatename'],
  translated_title: ['translatedtitle', 'translatedtitles'],
  additional_titles: ['additionaltitles', 'furthertitles'],
  additional_descriptions: ['additionaldescriptions', 'furtherdescriptions'],
  description: ['description', 'rdmcdescription', 'containerdescription', 'abstract', 'summary'],
  descriptions: ['descriptions'],
  description_format: ['descriptionformat'],
  authors: ['authors', 'author', 'creators', 'creator'],
  contributors: ['contributors', 'contributor', 'contributorstext', 'people'],
  owner: ['owner', 'rdmcowner'],
  contact: ['contact', 'contactperson', 'maintainer', 'maintainers'],
  keywords: ['keywords', 'keyword', 'tags', 'tag'],
  subject: ['subject', 'subjects', 'subjectarea', 'discipline'],
  license: ['license', 'licence', 'licenses', 'licences', 'lizenz', 'rights', 'rightslist'],
  version: ['version', 'rdmcversion', 'containerversion'],
  language: ['language', 'languages', 'lang'],
  publication_date: [
    'publicationdate',
    'releasedate',
    'publishdate',
    'publisheddate',
    'datereleased',
    'datepublished',
    'dateissued',
    'issued',
    'date',
    'publicationyear',
  ],
  publisher: ['publisher'],
  dates: ['dates', 'sealeddate', 'creationdate', 'createddate', 'datecreated', 'createdat', 'collectiondate'],
  pid: [
    'pid',
    'epicpid',
    'pidrdmc',
    'rdmcpid',
    'handle',
    'identifiers',
    'identifier',
    'pids',
    'pidurl',
    'doi',
  ],
  alternate_identifiers: ['alternateidentifiers'],
  previous_version: ['referencetopidrdmcpreversion', 'previousversion', 'preversion', 'previouspid'],
  links: ['links', 'relatedlinks'],
  related_identifiers: ['relatedidentifiers'],
  repository: ['repositorycode', 'coderepository', 'repository'],
  references: ['references', 'citations'],
  funding: ['funding', 'fundings', 'funder', 'funders', 'grants', 'grant', 'fundingreferences'],
  resource_type: ['resourcetype', 'resourcetypes', 'containertype', 'types', 'resourcetypegeneral'],
  programming_language: ['programminglanguage', 'programminglanguages'],
  development_status: ['developmentstatus'],
  editor: ['editor', 'editors'],
  part_of: ['partof', 'ispartof'],
  derived_from: ['derivedfrom', 'isbasedon'],
  access: ['accesslevel', 'access', 'accessright', 'accessrights', 'visibility'],
  embargo_date: ['embargodate', 'embargountil', 'embargoeduntil', 'embargoend', 'embargoenddate', 'embargo'],
  locations: ['locations', 'geolocations'],
  sizes: ['sizes'],
  formats: ['formats'],
  container_concept: ['containerconcept', 'concept'],
};

export const CONTAINER_FIELDS = Object.keys(SPELLINGS) as ContainerField[];

/** Fields that can have only one value. */
export const SINGLE_FIELDS: ReadonlySet<ContainerField | 'kept' | null> = new Set(
  'title version publication_date publisher repository resource_type access embargo_date container_concept'.split(
    ' ',
  ) as ContainerField[],
);

/**
 * Known fields that are deliberately not sent. They stay in the manifest, which is sent as a file.
 */
const KEPT_IN_MANIFEST =
  'filepath manifestfilepath manifestschemaversion artifactsinsidetherdmc artifacts artifactsdetails artifact artefact artefacts artefactdetails artefactsdetails artefactseeschecksum additionaldata contextinformation ' +
  'accesscontrolencryptionlayer securitylayer reviewbadges rdmcmetadata rdmcid containerid container containerhash hash status creationmode uuid id ' +
  'rdmcchecksum checksum manifestversion';

/**
 * Maps the keys of one kind of document to fields; `kept` for known keys that are not sent, null
 * for unknown ones.
 */
export type Vocabulary = (key: string) => ContainerField | 'kept' | null;

/** The keys of a container or a manifest.rdmc. */
export const containerFieldOf = vocabulary(
  Object.fromEntries(
    Object.entries(SPELLINGS).flatMap(([field, keys]) => keys.map((key) => [key, field as ContainerField])),
  ),
  KEPT_IN_MANIFEST,
);

/** CITATION.cff (`citation-file-format/citation-file-format:schema-guide.md`). */
export const citationFieldOf = vocabulary(
  {
    title: 'title',
    abstract: 'description',
    authors: 'authors',
    contact: 'contact',
    keywords: 'keywords',
    license: 'license',
    licenseurl: 'license',
    version: 'version',
    datereleased: 'publication_date',
    doi: 'pid',
    identifiers: 'pid',
    repositorycode: 'repository',
    // Where the software is distributed, as opposed to `repository-code`.
    repository: 'links',
    repositoryartifact: 'links',
    url: 'links',
    references: 'references',
    preferredcitation: 'references',
    type: 'resource_type',
  },
  'cffversion message',
);

/**
 * codemeta.json and the root of ro-crate-metadata.json, which both use schema.org
 * (`codemeta/codemeta:crosswalk.csv`).
 */
export const schemaOrgFieldOf = vocabulary(
  {
    name: 'title',
    alternatename: 'alternative_title',
    description: 'description',
    author: 'authors',
    creator: 'authors',
    contributor: 'contributors',
    maintainer: 'contact',
    keywords: 'keywords',
    about: 'subject',
    license: 'license',
    version: 'version',
    softwareversion: 'version',
    inlanguage: 'language',
    datepublished: 'publication_date',
    datecreated: 'dates',
    datemodified: 'dates',
    publisher: 'publisher',
    identifier: 'pid',
    '@id': 'pid',
    id: 'pid',
    coderepository: 'repository',
    programminglanguage: 'programming_language',
    developmentstatus: 'development_status',
    editor: 'editor',
    ispartof: 'part_of',
    isbasedon: 'derived_from',
    url: 'links',
    relatedlink: 'links',
    citation: 'references',
    referencepublication: 'references',
    funder: 'funding',
    funding: 'funding',
    '@type': 'resource_type',
    type: 'resource_type',
    copyrightholder: 'owner',
    embargodate: 'embargo_date',
    embargoenddate: 'embargo_date',
  },
  '@context @graph conformsto haspart mentions sddatepublished',
);

function vocabulary(fields: Record<string, ContainerField>, kept: string): Vocabulary {
  const byKey = new Map(Object.entries(fields));
  const known = new Set(kept.split(' '));
  return (key) => {
    const plain = plainKey(key);
    return byKey.get(plain) ?? (known.has(plain) ? 'kept' : null);
  };
}
