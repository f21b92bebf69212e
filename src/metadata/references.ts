import { Fields } from './fields.js';
import { readDoi } from './identifiers.js';
import { entriesOf, type Given, keyAt, type Mapper } from './mapping.js';
import { isObject, joined, partsOf, squeeze, textOf } from './values.js';

/**
 * Maps cited works, as texts or objects of a CITATION.cff, to `references`, of which Zenodo keeps
 * one line each.
 */
export function mapReferences(given: Given, into: Mapper): void {
  for (const one of entriesOf(given).flatMap(lineByLine)) {
    const { value, path } = one;
    const rest: string[] = [];
    const reference = isObject(value) ? citation(new Fields(one), rest) : textOf(value);
    if (reference === null && isObject(value))
      into.warn(path, 'has neither a title nor an address, so it was left out.');
    else if (reference === null) into.fault(path, 'must be a string');
    else into.add('metadata.references', { value: { reference: squeeze(reference) }, path });
    if (reference !== null && rest.length > 0)
      into.warn(path, `was not sent, because Zenodo keeps a reference as one line: ${rest.join(', ')}.`);
  }
}

/** The lines of one text, each with the indented ones behind it. In a list, none ends an entry. */
function lineByLine({ value, path }: Given): Given[] {
  const isAlone = typeof value === 'string' && !/\.\d+$/.test(path);
  return isAlone
    ? partsOf(value, /\n[^\S\n]*\n|\n(?=\S)/).map((line) => ({ value: line, path }))
    : [{ value, path }];
}

/**
 * A work in one line: authors, date, title, container, URL. Null without a title and a URL. `rest`:
 * parts that do not fit.
 */
function citation(work: Fields, rest: string[]): string | null {
  const people = work.all('authors', 'author', 'creators').flatMap(entriesOf);
  const year = work.text('year', 'datepublished', 'datereleased', 'issuedate');
  const title = work.text('title', 'name', 'reference', 'rawreference', 'unstructured', 'citation');
  const where = work.text('doi', 'url', 'identifier', '@id', 'id');
  const doi = where === null ? null : readDoi(where);
  work.skip('type');
  const whole = [
    joined(
      people.map((who) => nameIn(who, rest)),
      '; ',
    ),
    year === null ? null : `(${year})`,
    title,
    partOf(work, rest),
    ...['publisher', 'institution'].map((key) => nameIn(work.take(key), rest)),
    doi === null ? where : `https://doi.org/${doi}`,
  ];
  rest.push(...work.rest());
  return title === null && where === null ? null : joined(whole, '. ').replaceAll('. (', ' (');
}

/** `Journal of Fog 3(2), 1–9`, or the proceedings. */
function partOf(work: Fields, rest: string[]): string {
  const issue = work.text('issue');
  const number = `${work.text('volume') ?? ''}${issue === null ? '' : `(${issue})`}`;
  const pages = joined([work.text('pages', 'start'), work.text('end')], '–');
  const keys = ['journal', 'collectiontitle', 'conference', 'ispartof'];
  const name = joined(
    keys.map((key) => nameIn(work.take(key), rest)),
    ', ',
  );
  return joined([joined([name, number], ' '), pages], ', ');
}

/** The name in a text, or of a person, institution or journal. */
function nameIn(given: Given | null, rest: string[]): string {
  if (!isObject(given?.value)) return textOf(given?.value) ?? '';
  const who = new Fields(given);
  const family = joined(
    [
      who.name('nameparticle'),
      who.name('familynames', 'familyname', 'lastname', 'family', 'name', 'literal'),
      who.name('namesuffix'),
    ],
    ' ',
  );
  const name = joined([family, who.name('givennames', 'givenname', 'firstname', 'given')], ', ');
  who.skip('type');
  rest.push(...who.rest().map((key) => `${keyAt(given.path)}.${key}`));
  return name;
}
