import { readDoi } from './identifiers.js';
import { add, entriesOf, Fields, fault, type Given, type Mapping, warn } from './mapping.js';
import { isObject, short, squeeze, textOf } from './values.js';

/**
 * Cited works, as texts, or as objects as a CITATION.cff has them → `references`, of which Zenodo
 * keeps one line each.
 */
export function mapReferences(given: Given, mapping: Mapping): void {
  for (const { value, path } of entriesOf(given)) {
    const work = isObject(value) ? new Fields(value, path) : null;
    const reference = work === null ? textOf(value) : citation(work);
    const rest = work?.rest() ?? [];
    if (reference === null) fault(mapping, path, 'must be a string');
    else add(mapping, 'metadata.references', { value: { reference: squeeze(reference) }, path });
    if (reference !== null && rest.length > 0)
      warn(mapping, path, `was not sent, because Zenodo keeps a reference as one line: ${rest.join(', ')}.`);
  }
}

/**
 * A work in one line: authors, year, title, what it is a part of, where it is. Null if it has
 * neither a title nor an address.
 */
function citation(work: Fields): string | null {
  const people = work
    .all('authors', 'author', 'creators')
    .flatMap(entriesOf)
    .map(({ value }) => nameIn(value));
  const year = work.text('year', 'datepublished', 'datereleased', 'issuedate');
  const title = work.text('title', 'name', 'reference');
  const where = work.text('doi', 'url', 'identifier', '@id');
  const doi = where === null ? null : readDoi(where);
  work.take('type', '@type', 'month');
  const whole = [
    people.filter((name) => name !== '').join('; '),
    year === null ? '' : `(${year.slice(0, 4)})`,
    title === null ? '' : short(title, 500),
    partOf(work),
    ...['publisher', 'institution'].map((key) => nameIn(work.take(key)?.value)),
    where === null ? '' : doi === null ? where : `https://doi.org/${doi}`,
  ].filter((part) => part !== '');
  return title === null && where === null ? null : whole.join('. ').replaceAll('. (', ' (');
}

/** `Journal of Fog 3(2), 1–9`, or the proceedings. */
function partOf(work: Fields): string {
  const [volume, issue, from, to] = [
    work.text('volume'),
    work.text('issue'),
    work.text('pages', 'start'),
    work.text('end'),
  ];
  const name = ['journal', 'collectiontitle', 'conference', 'ispartof'].map((key) =>
    nameIn(work.take(key)?.value),
  );
  const number = `${volume ?? ''}${issue === null ? '' : `(${issue})`}`;
  const pages = [from, to].filter((page) => page !== null).join('–');
  const whole = [name.filter((part) => part !== '').join(', '), number]
    .filter((part) => part !== '')
    .join(' ');
  return [whole, pages].filter((part) => part !== '').join(', ');
}

/** The name in a text, or of a person, an institution or a journal. */
function nameIn(value: unknown): string {
  if (!isObject(value)) return textOf(value) ?? '';
  const who = new Fields(value, '');
  const family = [
    who.name('nameparticle'),
    who.name('familynames', 'familyname', 'name'),
    who.name('namesuffix'),
  ];
  return [family.filter((part) => part !== null).join(' '), who.name('givennames', 'givenname') ?? '']
    .filter((part) => part !== '')
    .join(', ');
}
