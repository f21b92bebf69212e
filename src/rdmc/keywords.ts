import { entriesOf, type Given, type Mapping } from './mapping.js';
import { isBlank, isObject, pick, textOf } from './scalars.js';

/** Keywords as a list, or in a text parted by semicolons, else by commas or line ends → `keywords`, each once. Zenodo would split a text into letters. */
export function mapKeywords(givens: Given[], mapping: Mapping): void {
  const keywords = new Set(givens.flatMap(({ value, path }) => readKeywords(value, path, mapping)));
  const [first] = givens;
  if (keywords.size === 0 || first === undefined) return;
  mapping.set['keywords'] = [...keywords];
  mapping.origins.set('keywords', first.path);
}

/** Reads keywords in any of their forms. */
export function readKeywords(value: unknown, path: string, mapping: Mapping): string[] {
  const words =
    typeof value === 'string'
      ? value.split(value.includes(';') ? /[;\n]/ : /[,\n]/)
      : entriesOf(value, path).map(({ value: item, path: at }) => {
          const word = isObject(item)
            ? pick(item, 'keyword', 'term', 'subject', 'name', 'label', 'value')?.value
            : item;
          const text = textOf(word);
          if (text === null) mapping.faults.push({ field: at, message: 'must be a text' });
          return text ?? '';
        });
  return [...new Set(words.map((word) => word.replace(/\s+/g, ' ').trim()).filter((word) => !isBlank(word)))];
}
