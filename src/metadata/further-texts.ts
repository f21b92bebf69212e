import { readLanguage } from './languages.js';
import { toHtml } from './map-description.js';
import {
  appendList,
  entriesOf,
  Fields,
  fault,
  type Given,
  type Mapping,
  type Setting,
  warn,
} from './mapping.js';
import { isObject, keyOf, squeeze, textOf } from './values.js';
import { DESCRIPTION_TYPES, TITLE_TYPES } from './vocabularies.js';

/**
 * Titles beside the title, as texts or `{title, type, lang}`. `type`: that of those that name none;
 * null: they may be of any.
 */
export function mapTitles(given: Given, type: string | null, mapping: Mapping): void {
  const titles = entriesOf(given).flatMap((one): Setting[] => {
    const { text, more } = readParts(one, ['title', 'name', 'value', 'text'], TITLE_TYPES, type, mapping);
    const title = textOf(text.value);
    if (title !== null && [...title].length >= 3)
      return [{ value: { title: squeeze(title), ...more }, path: one.path }];
    fault(mapping, text.path, 'must be a string of 3 characters or more');
    return [];
  });
  const kind = type === null ? '' : `#${type}`;
  appendList(mapping, `metadata.additional_titles${kind}`, titles, given.path);
}

/** Descriptions beside the description, as texts or `{description, type, lang}`. */
export function mapDescriptions(given: Given, mapping: Mapping): void {
  const all = entriesOf(given).flatMap((one): Setting[] => {
    const { text, more } = readParts(one, ['description', 'value', 'text'], DESCRIPTION_TYPES, null, mapping);
    const description = toHtml(text, 'auto', mapping);
    return description === null ? [] : [{ value: { description, ...more }, path: one.path }];
  });
  appendList(mapping, 'metadata.additional_descriptions', all, given.path);
}

/** The text of an entry, and its type and language as Zenodo has them. */
function readParts(
  given: Given,
  keys: string[],
  types: readonly string[],
  type: string | null,
  mapping: Mapping,
) {
  const fields = isObject(given.value) ? new Fields(given.value, given.path) : null;
  const said = fields?.take('type') ?? null;
  const word = textOf(idOf(said?.value));
  const id =
    word === null
      ? null
      : types.find((one) => keyOf(one) === keyOf(word) || keyOf(one) === `${keyOf(word)}title`);
  if (word === null && type === null)
    warn(mapping, given.path, 'has no type, so it was sent with the type other.');
  if (said !== null && id === undefined)
    warn(mapping, said.path, `Zenodo has no type “${word}”, so it was sent as other.`);
  const tongue = fields?.take('lang', 'language') ?? null;
  const lang = tongue === null ? null : readLanguage({ ...tongue, value: idOf(tongue.value) }, mapping);
  const text = fields === null ? given : (fields.take(...keys) ?? { value: null, path: given.path });
  fields?.nameRest(mapping);
  return {
    text,
    more: {
      type: { id: id ?? (word === null ? type : null) ?? 'other' },
      ...(lang === null ? {} : { lang: { id: lang } }),
    },
  };
}

function idOf(value: unknown): unknown {
  return isObject(value) ? value['id'] : value;
}
