import { Fields } from './fields.js';
import { entriesOf, type Given, type Mapper, notSent, once, type Setting } from './mapping.js';
import { entryIn, keyOf, partsOf } from './values.js';
import { DEVELOPMENT_STATUSES } from './vocabularies.js';

/** Names that Zenodo's vocabulary spells differently. */
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
 * Maps programming languages by name, as in a codemeta.json, to `code:programmingLanguage`. Ids are
 * looked up before they are sent (vocabulary-ids.ts).
 */
export function mapProgrammingLanguages(given: Given, into: Mapper): void {
  const languages = entriesOf(given).flatMap((one): Setting[] => {
    const { path } = one;
    const fields = new Fields(one, into);
    const text = fields.text('name', 'title', 'label', 'id');
    fields.skip('type');
    fields.nameRest();
    if (text === null) into.warn(path, 'no name of a programming language; it was left out.');
    return partsOf(text ?? '', /[,;\n]/).map((name) => {
      const plain = name.replace(VERSION, '');
      if (plain !== name)
        into.warn(path, `“${name}” was sent as ${plain}: Zenodo keeps no version of a language.`);
      return { value: { id: idOf(plain), name }, path };
    });
  });
  into.append('custom_fields.code:programmingLanguage', once(languages), given.path);
}

/** Zenodo's id: `Common Lisp` is `common_lisp`. */
function idOf(name: string): string {
  return entryIn(BY_NAME, keyOf(name)) ?? name.toLowerCase().replace(/[\s-]+/g, '_');
}

/**
 * Maps a status, or its URL at repostatus.org, to `code:developmentStatus`. Zenodo keeps one: the
 * first that it has.
 */
export function mapDevelopmentStatus(given: Given, into: Mapper): void {
  const found = entriesOf(given).flatMap((one) => readStatus(one, into));
  const [first, ...others] = once(found);
  if (first === undefined) return;
  into.set('custom_fields.code:developmentStatus', { value: first.value, path: given.path });
  for (const { path } of others) into.warn(path, notSent(first.path));
}

function readStatus(given: Given, into: Mapper): Setting[] {
  const fields = new Fields(given, into);
  const text = fields.text('id', '@id', 'name') ?? '';
  fields.nameRest();
  const words = text.toLowerCase().split(/[#/]/);
  const id = words.findLast((part) => part !== '') ?? '';
  if (DEVELOPMENT_STATUSES.includes(id)) return [{ value: { id }, path: given.path }];
  return into.warn(given.path, `Zenodo has no status of development “${text}”, so it was left out.`) ?? [];
}
