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

/** Letters of Cyrillic and Greek, without their accents, each followed by its spelling. */
const OTHER_SCRIPTS =
  'аa бb вv гg дd еe жzh зz иi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ыy эe юiu яia іi єie ґg ' +
  'αa βb γg δd εe ζz ηe θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υu φph χkh ψps ωo';
for (const pair of OTHER_SCRIPTS.split(' ')) SPELLED[pair.slice(0, 1)] = pair.slice(1);

/**
 * A name in lower-case ASCII, with its parts joined by `_`
 * (`un33k/python-slugify:slugify/slugify.py`). Further scripts are left out, while python-slugify
 * transliterates them.
 */
export function slug(name: string, maxLength: number): string {
  const ascii = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^ -~]/g, (sign) => SPELLED[sign] ?? (sign === '–' || sign === '—' ? '-' : ''))
    .replace(/(?<=\d),(?=\d)/g, '');
  return ascii
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
    .join('_')
    .slice(0, maxLength)
    .replace(/_+$/, '');
}
