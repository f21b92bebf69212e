import {
  appendList,
  entriesOf,
  Fields,
  type Given,
  type Mapping,
  type Setting,
  set,
  warn,
} from './mapping.js';
import { isBlank, isObject, keyOf, squeeze, textOf } from './values.js';
import { DEVELOPMENT_STATUSES } from './vocabularies.js';

/** Names that Zenodo's vocabulary has under another one. */
const BY_NAME: Readonly<Record<string, string>> = {
  bash: 'shell',
  sh: 'shell',
  shellscript: 'shell',
  golang: 'go',
  cpp: 'c++',
  csharp: 'c#',
  js: 'javascript',
  ts: 'typescript',
  latex: 'tex',
  jupyter: 'jupyter_notebook',
  ipynb: 'jupyter_notebook',
};

/** As in `Python 3`. */
const VERSION = / v?[\d.]+\+?$/i;

/**
 * Programming languages by name, as a codemeta.json has them → `code:programmingLanguage`. Which
 * ids Zenodo has is looked up before they are sent (vocabulary-ids.ts).
 */
export function mapProgrammingLanguages(given: Given, mapping: Mapping): void {
  const languages = entriesOf(given).flatMap(({ value, path }): Setting[] => {
    const fields = isObject(value) ? new Fields(value, path) : null;
    const text = fields === null ? textOf(value) : fields.text('name', 'title', 'label', 'id');
    fields?.skip('type');
    fields?.nameRest(mapping);
    if (text === null) warn(mapping, path, 'no name of a programming language; it was left out.');
    const names = (text ?? '').split(/[,;\n]/).map(squeeze);
    return names
      .filter((name) => !isBlank(name))
      .map((name) => {
        const plain = name.replace(VERSION, '');
        if (plain !== name)
          warn(mapping, path, `“${name}” was sent as ${plain}: Zenodo keeps no version of a language.`);
        return { value: { id: idOf(plain), name }, path };
      });
  });
  const once = new Map(languages.map((one) => [JSON.stringify(one.value), one]));
  appendList(mapping, 'custom_fields.code:programmingLanguage', [...once.values()], given.path);
}

/** `Common Lisp` is `common_lisp` there. */
function idOf(name: string): string {
  return BY_NAME[keyOf(name)] ?? name.toLowerCase().replace(/[\s-]+/g, '_');
}

/** A status, or its address at repostatus.org → `code:developmentStatus`. */
export function mapDevelopmentStatus({ value, path }: Given, mapping: Mapping): void {
  const fields = isObject(value) ? new Fields(value, path) : null;
  const text = (fields === null ? textOf(value) : fields.text('id', '@id', 'name')) ?? '';
  fields?.nameRest(mapping);
  const id =
    text
      .toLowerCase()
      .split(/[#/]/)
      .findLast((part) => part !== '') ?? '';
  if (DEVELOPMENT_STATUSES.includes(id))
    set(mapping, 'custom_fields.code:developmentStatus', { value: { id }, path });
  else warn(mapping, path, `Zenodo has no status of development “${text}”, so it was left out.`);
}
