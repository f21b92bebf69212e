/** Letters without a base letter, in ASCII. */
const SPELLED: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/**
 * A name in lower-case ASCII, with its parts joined by `_`
 * (`un33k/python-slugify:slugify/slugify.py`). Other scripts are left out, while python-slugify
 * transliterates them.
 */
export function slug(name: string, maxLength: number): string {
  const ascii = name
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => SPELLED[letter] ?? letter)
    .normalize('NFKD')
    .replace(/['\u2019]/g, '')
    .replace(/[^ -~]/g, '');
  return ascii
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
    .join('_')
    .slice(0, maxLength)
    .replace(/_+$/, '');
}
