import { parse } from 'isbn3';

/**
 * The ISBN in a text, as isbnlib sees it: everything that is not a digit is skipped. Undefined for
 * another number of digits.
 */
function isbnDigits(value: string): string | undefined {
  const digits = value.replace(/[^\dXx]/g, '').replace(/x$/, 'X');
  if (!/^(?:\d{9}[\dX]|\d{12}[\dX])$/.test(digits) || /^0+$/.test(digits)) return undefined;
  if (digits.length === 13) return /^97[89]/.test(digits) && isEan13(digits) ? digits : undefined;
  const sum = [...digits].reduce((total, char, index) => total + digitOf(char) * (10 - index), 0);
  return sum % 11 === 0 ? digits : undefined;
}

/** ISBN-10 or ISBN-13 with a correct check digit. An EAN-13 of another kind is not one. */
export function isIsbn(value: string): boolean {
  return isbnDigits(value) !== undefined && (/^97[89]/.test(value) || !isEan13(value));
}

/** An ISBN as 13 digits with hyphens between its parts. */
export function normaliseIsbn(value: string): string {
  const parsed = parse(isbnDigits(value) ?? value);
  return parsed?.isbn13h ?? value;
}

/** EAN-13, without separators. */
export function isEan13(value: string): boolean {
  if (!/^\d{13}$/.test(value)) return false;
  return (
    [...value].reduce((sum, char, index) => sum + Number(char) * (index % 2 === 0 ? 1 : 3), 0) % 10 === 0
  );
}

/** EAN-8, without separators. */
export function isEan8(value: string): boolean {
  if (!/^\d{8}$/.test(value)) return false;
  return (
    [...value].reduce((sum, char, index) => sum + Number(char) * (index % 2 === 0 ? 3 : 1), 0) % 10 === 0
  );
}

/** ISSN, with or without its hyphen. */
export function isIssn(value: string): boolean {
  const digits = value.replace(/[ -]/g, '').toUpperCase();
  if (!/^\d{7}[\dX]$/.test(digits)) return false;
  return [...digits].reduce((sum, char, index) => sum + digitOf(char) * (8 - index), 0) % 11 === 0;
}

/** ISNI: sixteen characters with an ISO 7064 check digit. */
export function isIsni(value: string): boolean {
  const digits = value.replace(/[ -]/g, '').toUpperCase();
  if (!/^\d{15}[\dX]$/.test(digits)) return false;
  const total = [...digits.slice(0, 15)].reduce((sum, char) => (sum + Number(char)) * 2, 0);
  return (12 - (total % 11)) % 11 === digitOf(digits.charAt(15));
}

/**
 * ORCID: an ISNI from ORCID's blocks, bare or as a URL
 * (`inveniosoftware/idutils:idutils/validators.py`).
 */
export function isOrcid(value: string): boolean {
  const digits = bareOrcid(value).replace(/[ -]/g, '');
  if (!isIsni(digits)) return false;
  const number = Number(digits.slice(0, 15));
  return (
    (number >= 15_000_000 && number <= 35_000_000) || (number >= 900_000_000_000 && number <= 900_100_000_000)
  );
}

/** An ORCID as idutils normalises it, valid or not: without its URL, in four groups of four. */
export function normaliseOrcid(value: string): string {
  const digits = bareOrcid(value).replace(/[ -]/g, '');
  return [0, 4, 8, 12].map((start) => digits.slice(start, start + 4)).join('-');
}

/** International Standard Text Code. */
export function isIstc(value: string): boolean {
  const digits = value.replace(/[ -]/g, '').toUpperCase();
  if (!/^[\dA-F]{16}$/.test(digits)) return false;
  const weights = [11, 9, 3, 1];
  const total = [...digits.slice(0, 15)].reduce(
    (sum, char, index) => sum + Number.parseInt(char, 16) * (weights[index % 4] ?? 0),
    0,
  );
  return (total % 16).toString(16).toUpperCase() === digits.charAt(15);
}

function bareOrcid(value: string): string {
  return value.replace(/^https?:\/\/orcid\.org\//, '');
}

function digitOf(char: string): number {
  return char === 'X' ? 10 : Number(char);
}
