import { readDoi } from './identifiers.js';
import { add, entriesOf, Fields, fault, type Given, keyAt, type Mapping, warn } from './mapping.js';
import { isObject, squeeze, textOf } from './values.js';

/**
 * Cited works, as texts, or as objects as a CITATION.cff has them → `references`, of which Zenodo
 * keeps one line each.
 */
export function mapReferences(given: Given, mapping: Mapping): void {
  for (const { value, path } of entriesOf(given)) {
    const rest: string[] = [];
    const reference = isObject(value) ? citation(new Fields(value, path), rest) : textOf(value);
    if (reference === null) fault(mapping, path, 'must be a string');
    else add(mapping, 'metadata.references', { value: { reference: squeeze(reference) }, path });
    if (reference !== null && rest.length > 0)
      warn(mapping, path, `was not sent, because Zenodo keeps a reference as one line: ${rest.join(', ')}.`);
  }
}

/**
 * A work in one line: authors, date, title, what it is a part of, where it is. Null if it has
 * neither a title nor an address. `rest`: what has no place in it.
 */
function citation(work: Fields, rest: string[]): string | null {
  const people = work
    .all('authors', 'author', 'creators')
    .flatMap(entriesOf)
    .map((who) => nameIn(who, rest));
  const year = work.text('year', 'datepublished', 'datereleased', 'issuedate');
  const title = work.text('title', 'name', 'reference');
  const where = work.text('doi', 'url', 'identifier', '@id');
  const doi = where === null ? null : readDoi(where);
  work.skip('type');
  const whole = [
    people.filter((name) => name !== '').join('; '),
    year === null ? '' : `(${year})`,
    title ?? '',
    partOf(work, rest),
    ...['publisher', 'institution'].map((key) => nameIn(work.take(key), rest)),
    where === null ? '' : doi === null ? where : `https://doi.org/${doi}`,
  ].filter((part) => part !== '');
  rest.push(...work.rest());
  return title === null && where === null ? null : whole.join('. ').replaceAll('. (', ' (');
}

/** `Journal of Fog 3(2), 1–9`, or the proceedings. */
function partOf(work: Fields, rest: string[]): string {
  const [volume, issue, from, to] = [
    work.text('volume'),
    work.text('issue'),
    work.text('pages', 'start'),
    work.text('end'),
  ];
  const name = ['journal', 'collectiontitle', 'conference', 'ispartof'].map((key) =>
    nameIn(work.take(key), rest),
  );
  const number = `${volume ?? ''}${issue === null ? '' : `(${issue})`}`;
  const pages = [from, to].filter((page) => page !== null).join('–');
  const whole = [name.filter((part) => part !== '').join(', '), number]
    .filter((part) => part !== '')
    .join(' ');
  return [whole, pages].filter((part) => part !== '').join(', ');
}

/** The name in a text, or of a person, an institution or a journal. */
function nameIn(given: Given | null, rest: string[]): string {
  if (!isObject(given?.value)) return textOf(given?.value) ?? '';
  const who = new Fields(given.value, given.path);
  const family = [
    who.name('nameparticle'),
    who.name('familynames', 'familyname', 'lastname', 'name'),
    who.name('namesuffix'),
  ];
  const name = [
    family.filter((part) => part !== null).join(' '),
    who.name('givennames', 'givenname', 'firstname') ?? '',
  ];
  who.skip('type');
  rest.push(...who.rest().map((key) => `${keyAt(given.path)}.${key}`));
  return name.filter((part) => part !== '').join(', ');
}
