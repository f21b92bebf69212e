import type { Fields } from '../../metadata/checks.js';
import { addressOf, described, isAddress, literal, pointer, typedIdentifier } from './dcat-words.js';
import { textAt } from './reading.js';
import { type Element, element } from './xml.js';

/** One of DataCite's funding references: the award if there is one, and the funder. */
export function funding(one: Fields): Element[] {
  const hasAward = textAt(one, 'awardNumber') !== undefined || textAt(one, 'awardTitle') !== undefined;
  return [
    ...(hasAward ? [element('citedcat:isFundedBy', [award(one)])] : []),
    funder(one, 'citedcat:funder'),
  ];
}

/** Funders whose identifier is an address are repeated beside the record, each once. */
export function sponsors(list: Fields[]): Element[] {
  const addresses = list.map((one) => textAt(one, 'funderIdentifier') ?? '');
  return list
    .filter((_, index) => {
      const address = addresses[index] ?? '';
      return /^https?:\/\//i.test(address) && addresses.indexOf(address) === index;
    })
    .map(organisation);
}

function award(one: Fields): Element {
  const number = textAt(one, 'awardNumber') ?? '';
  return element('foaf:Project', [
    typedIdentifier(number, /^(?:https?:\/\/|urn:)/i.test(number)),
    literal('dct:title', textAt(one, 'awardTitle') ?? ''),
    funder(one, 'citedcat:isAwardedBy'),
  ]);
}

function funder(one: Fields, name: string): Element {
  const address = addressOf(textAt(one, 'funderIdentifier') ?? '', textAt(one, 'funderIdentifierType') ?? '');
  return isAddress(address) ? pointer(name, address) : element(name, [organisation(one)]);
}

/** An organisation has an address only if its identifier is one. */
function organisation(one: Fields): Element {
  const identifier = textAt(one, 'funderIdentifier') ?? '';
  return described('foaf:Organization', isAddress(identifier) ? identifier : '', [
    typedIdentifier(identifier),
    literal('foaf:name', textAt(one, 'funderName') ?? ''),
  ]);
}
