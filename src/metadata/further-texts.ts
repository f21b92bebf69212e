import { Fields } from './fields.js';
import { readLanguage } from './languages.js';
import { toHtml } from './map-description.js';
import { entriesOf, type Given, type Mapper, type Setting } from './mapping.js';
import { keyOf, squeeze, textOf, wordOf } from './values.js';
import { DESCRIPTION_TYPES, TITLE_TYPES } from './vocabularies.js';

/** One text; numbers are meant as texts, and an empty one empties the field. */
export function mapText(key: string, { value, path }: Given, into: Mapper, least = 0): void {
  const found = textOf(value) ?? (typeof value === 'string' ? '' : null);
  if (found === null) into.fault(path, 'must be a string');
  else if (found !== '' && [...found].length < least)
    into.fault(path, `must have at least ${least} characters`);
  else into.set(key, { value: squeeze(found) || null, path });
}

/**
 * Additional titles, as texts or `{title, type, lang}`. `type`: the type of entries without one;
 * null if any type is possible.
 */
export function mapTitles(given: Given, type: string | null, into: Mapper): void {
  const titles = entriesOf(given).flatMap((one): Setting[] => {
    const { text, more } = readParts(
      one,
      { keys: ['title', 'name', 'value', 'text'], types: TITLE_TYPES, type },
      into,
    );
    const title = textOf(text.value);
    if (title !== null && [...title].length >= 3)
      return [{ value: { title: squeeze(title), ...more }, path: one.path }];
    into.fault(text.path, 'must be a string of 3 characters or more');
    return [];
  });
  const kind = type === null ? '' : `#${type}`;
  into.append(`metadata.additional_titles${kind}`, titles, given.path);
}

/** Additional descriptions, as texts or `{description, type, lang}`. */
export function mapDescriptions(given: Given, into: Mapper): void {
  const all = entriesOf(given).flatMap((one): Setting[] => {
    const { text, more } = readParts(one, DESCRIPTION, into);
    const description = toHtml(text, 'auto', into);
    return description === null ? [] : [{ value: { description, ...more }, path: one.path }];
  });
  into.append('metadata.additional_descriptions', all, given.path);
}

/** Where the text of an entry is, which types there are, and that of one without any. */
interface Parts {
  keys: string[];
  types: readonly string[];
  type: string | null;
}

const DESCRIPTION: Parts = { keys: ['description', 'value', 'text'], types: DESCRIPTION_TYPES, type: null };

/** The text, type and language of an entry. */
function readParts(given: Given, { keys, types, type }: Parts, into: Mapper) {
  const fields = new Fields(given, into);
  // A lone text is read first.
  const text = fields.take(...keys) ?? { value: null, path: given.path };
  const said = fields.take('type', 'titletype', 'descriptiontype');
  const word = wordOf(said?.value);
  const key = keyOf(word ?? '');
  const id = word === null ? type : types.find((one) => [key, `${key}title`].includes(keyOf(one)));
  if (word === null && type === null)
    into.warn(given.path, 'has no type, so it was sent with the type other.');
  else if (id === undefined)
    into.warn(said?.path ?? given.path, `Zenodo has no type “${word}”, so it was sent as other.`);
  const tongue = fields.take('lang', 'language');
  const lang = tongue === null ? null : readLanguage({ ...tongue, value: wordOf(tongue.value) }, into);
  fields.nameRest();
  return { text, more: { type: { id: id ?? 'other' }, ...(lang === null ? {} : { lang: { id: lang } }) } };
}
