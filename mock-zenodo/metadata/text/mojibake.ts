/** The bytes 80 to 9F in Windows-1252. Unassigned ones stay. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const BYTES = new Map([...WINDOWS_1252].map((letter, index) => [letter, 0x80 + index]));

const HIGH = `\\u0080-\\u00bf${[...WINDOWS_1252].filter((letter) => letter > '\u00ff').join('')}`;

/**
 * Letters that could be UTF-8 read as Windows-1252: a first byte, and one to three that follow it.
 */
const SEQUENCE = new RegExp(
  `[\\u00c2-\\u00df][${HIGH}]|[\\u00e0-\\u00ef][${HIGH}]{2}|[\\u00f0-\\u00f4][${HIGH}]{3}`,
  'gu',
);

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Repairs text whose UTF-8 was read as Windows-1252 or Latin-1 (`cafÃ©`), and turns lone Latin-1
 * control characters into their Windows-1252 characters. This is a part of ftfy, which also weighs
 * other encodings and lost bytes (`rspeer/python-ftfy:ftfy/badness.py`, `ftfy/fixes.py`).
 */
export function redecoded(text: string): string {
  return text
    .replace(SEQUENCE, decodeSequence)
    .replace(/[\u0080-\u009f]/g, (letter) => WINDOWS_1252.charAt(letter.charCodeAt(0) - 0x80));
}

function decodeSequence(letters: string): string {
  const bytes = [...letters].map((letter) => BYTES.get(letter) ?? letter.charCodeAt(0));
  try {
    return UTF8.decode(Uint8Array.from(bytes));
  } catch {
    return letters;
  }
}
