import { characterOf } from './entities.js';
import { redecoded } from './mojibake.js';
import { stripped } from './strip.js';

const LIGATURES: Record<string, string> = {
  Ĳ: 'IJ',
  ĳ: 'ij',
  ŉ: 'ʼn',
  Ǳ: 'DZ',
  ǲ: 'Dz',
  ǳ: 'dz',
  Ǆ: 'DŽ',
  ǅ: 'Dž',
  ǆ: 'dž',
  Ǉ: 'LJ',
  ǈ: 'Lj',
  ǉ: 'lj',
  Ǌ: 'NJ',
  ǋ: 'Nj',
  ǌ: 'nj',
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
  ﬅ: 'ſt',
  ﬆ: 'st',
};

const LIGATURE = new RegExp(`[${Object.keys(LIGATURES).join('')}]`, 'gu');

/** How often a segment is processed at most: entities of entities of entities … */
const MAX_ROUNDS = 20;

/**
 * Characters that are not allowed in any markup (`rspeer/python-ftfy:ftfy/chardata.py`,
 * CONTROL_CHARS).
 */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  /[\u0000-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]/gu;

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with ESC
const TERMINAL = /\u001b\[[\d;]{0,64}[a-zA-Z]/gu;

/**
 * What XML cannot contain, and zero-width spaces
 * (`inveniosoftware/marshmallow-utils:marshmallow_utils/html.py`).
 */
const UNSHOWN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]|\u200b/gu;

/**
 * Text as Zenodo stores every text: trimmed, repaired by the rules of ftfy, without what XML cannot
 * contain (`inveniosoftware/marshmallow-utils:marshmallow_utils/html.py`, sanitize_unicode).
 */
export function sanitiseText(text: string): string {
  return fixText(stripped(text)).replace(UNSHOWN, '');
}

/**
 * Repairs line by line. From the first line with a `<` on, entities stay as they are
 * (`rspeer/python-ftfy:ftfy/__init__.py`).
 */
function fixText(text: string): string {
  let decodes = true;
  return text
    .split(/(?<=\n)/)
    .map((line) => {
      decodes &&= !line.includes('<');
      return fixLine(line, decodes);
    })
    .join('');
}

function fixLine(line: string, decodes: boolean): string {
  // Plain ASCII without entities and control characters is the common case.
  if (/^[\t\n\x20-\x25\x27-\x7e]*$/.test(line)) return line;
  let text = line;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const before = text;
    if (decodes) text = text.replace(/&#?[0-9A-Za-z]{1,24};/g, characterOf);
    text = redecoded(text)
      .replace(LIGATURE, (letter) => LIGATURES[letter] ?? letter)
      .replace(/\u3000/g, ' ')
      .replace(/[\uff01-\uffef]/g, (letter) => letter.normalize('NFKC'))
      .replace(/[\u201c-\u201f]/g, '"')
      .replace(/[\u02bc\u2018-\u201b]/g, "'")
      .replace(/\r\n|[\r\u2028\u2029]/g, '\n')
      .replace(/\p{Surrogate}/gu, '\ufffd')
      .replace(TERMINAL, '')
      .replace(CONTROLS, '')
      .normalize('NFC');
    if (text === before) break;
  }
  return text;
}
