import type { ContainerField } from './container.js';
import { readDate } from './dates.js';
import type { ContainerDocument } from './document.js';
import { Fields } from './fields.js';
import { entriesOf, type Given, keyAt } from './mapping.js';
import { isObject, keyOf, textOf } from './values.js';

/**
 * Brings lists in the names of DataCite's JSON (`datacite/schema`, kernel 4) into a container's
 * form: the title is one of `titles`, the description one of `descriptions`, and the year of the
 * publication may stand beside its date.
 */
export function convertLists(document: ContainerDocument): void {
  const { fields } = document;
  takeOut(document, 'titles', 'title', ['']);
  takeOut(document, 'descriptions', 'description', ['', 'abstract']);
  const dates = fields.get('publication_date') ?? [];
  const isYearOf = (year: Given, { value }: Given) => {
    const reading = readDate(textOf(value) ?? '');
    return 'date' in reading && reading.date.startsWith(`${textOf(year.value)}-`);
  };
  const others = dates.filter(
    (one) => keyOf(keyAt(one.path)) !== 'publicationyear' || !dates.some((date) => isYearOf(one, date)),
  );
  if (others.length > 0) fields.set('publication_date', others);
}

const TYPE = ['type', 'titletype', 'descriptiontype'];

/** Moves the first entry of one of these types from a list to the field that it belongs to. */
function takeOut(
  { fields, notes }: ContainerDocument,
  list: ContainerField,
  field: 'title' | 'description',
  types: string[],
): void {
  const entries = (fields.get(list) ?? []).flatMap(entriesOf);
  const main = entries.find((one) => {
    const type = isObject(one.value) ? new Fields(one).text(...TYPE) : null;
    return types.includes(keyOf(type ?? ''));
  });
  if (main === undefined) return;
  const parts = new Fields(main);
  const text = parts.take(field, 'value', 'text') ?? main;
  parts.skip(...TYPE);
  for (const key of parts.rest())
    notes.push([parts.at(key), 'was not sent, because Zenodo has no field for it.']);
  fields.set(field, [...(fields.get(field) ?? []), text]);
  fields.set(
    list,
    entries.filter((one) => one !== main),
  );
}
