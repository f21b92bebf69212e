/** ISBN-10 or ISBN-13 with a correct check digit, with or without hyphens. */
export function isIsbn(value: string): boolean {
  const digits = bare(value);
  if (/^\d{9}[\dX]$/.test(digits)) return weighted(digits, (index) => 10 - index) % 11 === 0;
  return /^97[89]\d{10}$/.test(digits) && isGtinDigits(digits);
}

/** An ISBN with thirteen digits. Zenodo adds the hyphens, which depend on the publisher. */
export function isbn13(value: string): string {
  const digits = bare(value);
  if (digits.length === 13) return digits;
  const body = `978${digits.slice(0, 9)}`;
  return `${body}${(10 - (gtinSum(body) % 10)) % 10}`;
}

/** EAN-13, without separators. */
export function isEan13(value: string): boolean {
  return /^\d{13}$/.test(value) && isGtinDigits(value);
}

/** Whether the last of eight or thirteen digits is the check digit of the others. */
export function isGtinDigits(digits: string): boolean {
  return (gtinSum(digits.slice(0, -1), digits.length) + Number(digits.at(-1))) % 10 === 0;
}

/** ISSN, with or without its hyphen. */
export function isIssn(value: string): boolean {
  const digits = value.replace('-', '').toUpperCase();
  return /^\d{7}[\dX]$/.test(digits) && weighted(digits, (index) => 8 - index) % 11 === 0;
}

/** ISNI: sixteen characters with an ISO 7064 check digit. */
export function isIsni(value: string): boolean {
  const digits = bare(value);
  return /^\d{15}[\dX]$/.test(digits) && iso7064(digits.slice(0, 15)) === digits[15];
}

/** International Standard Text Code. */
export function isIstc(value: string): boolean {
  const digits = bare(value);
  if (!/^[\dA-F]{16}$/.test(digits)) return false;
  const weights = [11, 9, 3, 1];
  let total = 0;
  for (let index = 0; index < 15; index += 1) {
    total += Number.parseInt(digits[index] ?? '', 16) * (weights[index % 4] ?? 0);
  }
  return (total % 16).toString(16).toUpperCase() === digits[15];
}

/** ORCID's ranges of ISNI numbers (`inveniosoftware/idutils:idutils/utils.py`). */
const ORCID_BLOCKS = [
  ['0000000150000000', '000000035000000X'],
  ['0009000000000000', '000900100000000X'],
] as const;

/**
 * An ORCID iD as `0000-0002-1825-0097`. Null if it is not one, its check digit (ISO 7064, mod 11-2)
 * is wrong, or its number is not in ORCID's ranges.
 */
export function normaliseOrcid(text: string): string | null {
  const digits = text
    .replace(/\p{Cf}/gu, '')
    .trim()
    .replace(/^orcid(?!\.)\s*(?:id)?\s*:?\s*/i, '')
    .replace(/^https?:\/\//i, '')
    .replace(/^(?:www\.)?(?:sandbox\.)?orcid\.org\//i, '')
    .replace(/[?#].*$/s, '')
    .replace(/\/$/, '')
    .replace(/[\s\u2010-\u2015-]/g, '')
    .toUpperCase();
  if (!isIsni(digits) || !ORCID_BLOCKS.some(([from, to]) => from <= digits && digits <= to)) return null;
  return digits.replace(/(.{4})(?=.)/g, '$1-');
}

function iso7064(digits: string): string {
  let total = 0;
  for (const digit of digits) total = (total + Number(digit)) * 2;
  const check = (12 - (total % 11)) % 11;
  return check === 10 ? 'X' : String(check);
}

function gtinSum(digits: string, length = 13): number {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    sum += Number(digits[index]) * ((length - index) % 2 === 0 ? 3 : 1);
  }
  return sum;
}

function weighted(digits: string, weight: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    sum += (digits[index] === 'X' ? 10 : Number(digits[index])) * weight(index);
  }
  return sum;
}

function bare(value: string): string {
  return value.replace(/[\s-]/g, '').toUpperCase();
}
