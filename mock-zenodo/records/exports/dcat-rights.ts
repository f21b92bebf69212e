import type { Fields } from '../../metadata/checks.js';
import { described, literal, pointer } from './dcat-words.js';
import { textAt } from './reading.js';
import { type Element, element } from './xml.js';

const LICENCES = [
  'http://creativecommons.org/',
  'https://creativecommons.org/',
  'http://publications.europa.eu/resource/authority/licence/',
];
const ACCESS = 'http://publications.europa.eu/resource/authority/access-right/';

/** Access rights by the beginnings of their addresses. */
const ACCESS_RIGHTS: [string, string][] = [
  ['info:eu-repo/semantics/closedAccess', 'NON_PUBLIC'],
  ['info:eu-repo/semantics/embargoedAccess', 'NON_PUBLIC'],
  ['info:eu-repo/semantics/restrictedAccess', 'RESTRICTED'],
  ['info:eu-repo/semantics/openAccess', 'PUBLIC'],
  ['http://purl.org/eprint/accessRights/ClosedAccess', 'NON_PUBLIC'],
  ['http://purl.org/eprint/accessRights/RestrictedAccess', 'RESTRICTED'],
  ['http://purl.org/eprint/accessRights/OpenAccess', 'PUBLIC'],
];

/** What one of DataCite's rights says about access to the record. */
export function accessRights(right: Fields): Element[] {
  const address = textAt(right, 'rightsUri') ?? '';
  if (address.startsWith(ACCESS)) return [pointer('dct:accessRights', address)];
  const known = ACCESS_RIGHTS.find(([beginning]) => address.startsWith(beginning));
  if (known === undefined) return [];
  const statement = described('dct:RightsStatement', address, [label(right)]);
  return [pointer('dct:accessRights', `${ACCESS}${known[1]}`), element('dct:accessRights', [statement])];
}

/** What one of DataCite's rights says about use. Those without an address are lost. */
export function licence(right: Fields): Element[] {
  const address = textAt(right, 'rightsUri') ?? '';
  if (address === '' || accessRights(right).length > 0) return [];
  if (LICENCES.some((beginning) => address.startsWith(beginning))) return [pointer('dct:license', address)];
  const id = textAt(right, 'rightsIdentifier');
  const scheme = textAt(right, 'rightsIdentifierScheme');
  const identifier =
    id === undefined
      ? []
      : [
          element('adms:identifier', [
            element('adms:Identifier', [
              literal('skos:notation', id),
              ...(scheme === undefined ? [] : [literal('adms:schemeAgency', scheme)]),
            ]),
          ]),
        ];
  return [element('dct:rights', [described('dct:RightsStatement', address, [label(right), ...identifier])])];
}

function label(right: Fields): Element {
  return literal('rdfs:label', textAt(right, 'rights') ?? '');
}
