import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import {
  addressOf,
  described,
  isAddress,
  literal,
  normalSpace,
  pageOf,
  rdfType,
  typedIdentifier,
} from './dcat-words.js';
import { textAt } from './reading.js';
import { type Element, element } from './xml.js';

/** Elements for contributors by their type in lower case. Others are `dct:contributor`. */
const ROLES: Record<string, string> = {
  contactperson: 'dcat:contactPoint',
  datacollector: 'citedcat:dataCollector',
  datacurator: 'citedcat:dataCurator',
  datamanager: 'citedcat:dataManager',
  distributor: 'bibo:distributor',
  editor: 'bibo:editor',
  funder: 'citedcat:funder',
  hostinginstitution: 'citedcat:hostingInstitution',
  producer: 'bibo:producer',
  registrationagency: 'citedcat:registrationAgency',
  registrationauthority: 'citedcat:registrationAuthority',
  researcher: 'citedcat:researcher',
  researchgroup: 'citedcat:researchGroup',
  rightsholder: 'dct:rightsHolder',
  sponsor: 'citedcat:sponsor',
  supervisor: 'citedcat:supervisor',
  workpackageleader: 'citedcat:workPackageLeader',
};

/** Contributors who are also named in the project that generated the record. */
const IN_PROJECT: Record<string, string> = {
  projectleader: 'citedcat:projectLeader',
  projectmanager: 'citedcat:projectManager',
  projectmember: 'citedcat:projectMember',
};

/** One of DataCite's creators. */
export function creator(person: Fields): Element {
  return element('dct:creator', [agent(person, '', true)]);
}

/** One of DataCite's contributors: one element, or two. */
export function contributor(person: Fields): Element[] {
  const type = (textAt(person, 'contributorType') ?? '').toLowerCase();
  const name = Object.hasOwn(ROLES, type) ? (ROLES[type] ?? '') : 'dct:contributor';
  const project = Object.hasOwn(IN_PROJECT, type) ? IN_PROJECT[type] : undefined;
  const whole = element(name, [agent(person, type, name === 'dct:contributor')]);
  if (project === undefined) return [whole];
  const inside = [rdfType('prov:Activity'), element(project, [agent(person, type, false)])];
  return [whole, element('prov:wasGeneratedBy', [element('foaf:Project', inside)])];
}

/** Only the elements of Dublin Core are given an address that is not in the metadata. */
function agent(person: Fields, role: string, searched: boolean): Element {
  const identifier = objectsAt(person, 'nameIdentifiers')[0];
  const address =
    identifier === undefined
      ? ''
      : addressOf(String(identifier['nameIdentifier']), String(identifier['nameIdentifierScheme']));
  const description = [
    ...kindOf(person, role),
    ...(role === 'contactperson' ? contact(person) : names(person)),
  ];
  if (isAddress(address)) return described('rdf:Description', address, description);
  return described('rdf:Description', searched && address !== '' ? pageOf(address) : '', [
    ...(address === '' ? [] : [typedIdentifier(address, false)]),
    ...description,
  ]);
}

function kindOf(person: Fields, role: string): Element[] {
  const organisation = person['nameType'] === 'Organizational';
  if (role === 'contactperson') return [rdfType(organisation ? 'vcard:Organization' : 'vcard:Individual')];
  if (role === 'researchgroup') return [rdfType('foaf:Group')];
  return [rdfType(organisation && role !== 'relatedperson' ? 'foaf:Organization' : 'foaf:Person')];
}

/** A name without its parts is split at its comma, even that of an organisation. */
function partsOf(person: Fields): { name: string; given: string; family: string } {
  const name = normalSpace(textAt(person, 'name') ?? '');
  const [, before = '', after = ''] = /^(.*?),(.*)$/s.exec(name) ?? [];
  return {
    name,
    given: normalSpace(textAt(person, 'givenName') ?? after),
    family: normalSpace(textAt(person, 'familyName') ?? before),
  };
}

function names(person: Fields): Element[] {
  const { name, given, family } = partsOf(person);
  return [
    literal('foaf:name', name),
    ...(given === '' ? [] : [literal('foaf:givenName', given)]),
    ...(family === '' ? [] : [literal('foaf:familyName', family)]),
    ...objectsAt(person, 'affiliation').map((one) => element('org:memberOf', [organisation(one)])),
  ];
}

function contact(person: Fields): Element[] {
  const { name, given, family } = partsOf(person);
  return [
    literal('vcard:fn', name),
    literal('vcard:given-name', given),
    literal('vcard:family-name', family),
    ...objectsAt(person, 'affiliation').map((one) => element('vcard:organization-name', String(one['name']))),
  ];
}

/** A ROR identifier is already an address. Upstream adds ROR's address again. */
function organisation(one: Fields): Element {
  const identifier = textAt(one, 'affiliationIdentifier') ?? '';
  const address = addressOf(identifier, textAt(one, 'affiliationIdentifierScheme') ?? '');
  const page = isAddress(address) || address === '' ? address : pageOf(identifier);
  return described('foaf:Organization', page, [
    ...(identifier === '' ? [] : [typedIdentifier(identifier)]),
    literal('foaf:name', String(one['name'])),
  ]);
}
