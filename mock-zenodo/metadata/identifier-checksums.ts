/** ISBN-10 or ISBN-13 with a right check digit. */
export function isIsbn(value: string): boolean {
  const digits = value
    .replace(/^(?:ISBN(?:-1[03])?:?\s*)/i, '')
    .replace(/[\s-]/g, '')
    .toUpperCase();
  if (/^\d{9}[\dX]$/.test(digits)) {
    return [...digits].reduce((sum, char, index) => sum + digitOf(char) * (10 - index), 0) % 11 === 0;
  }
  return /^97[89]\d{10}$/.test(digits) && isEan13(digits);
}

/** EAN-13, without separators. */
export function isEan13(value: string): boolean {
  if (!/^\d{13}$/.test(value)) return false;
  return (
    [...value].reduce((sum, char, index) => sum + Number(char) * (index % 2 === 0 ? 1 : 3), 0) % 10 === 0
  );
}

/** ISSN, with or without its hyphen. */
export function isIssn(value: string): boolean {
  const digits = value.replace(/[\s-]/g, '').toUpperCase();
  if (!/^\d{7}[\dX]$/.test(digits)) return false;
  return [...digits].reduce((sum, char, index) => sum + digitOf(char) * (8 - index), 0) % 11 === 0;
}

/** ISNI: sixteen characters with an ISO 7064 check digit. */
export function isIsni(value: string): boolean {
  const digits = value.replace(/[\s-]/g, '').toUpperCase();
  if (!/^\d{15}[\dX]$/.test(digits)) return false;
  const total = [...digits.slice(0, 15)].reduce((sum, char) => (sum + Number(char)) * 2, 0);
  return (12 - (total % 11)) % 11 === digitOf(digits.charAt(15));
}

/** ORCID: an ISNI out of ORCID's blocks, bare or as a URL (`inveniosoftware/idutils:idutils/validators.py`). */
export function isOrcid(value: string): boolean {
  const digits = bareOrcid(value).replace(/[\s-]/g, '');
  if (!isIsni(digits)) return false;
  const number = Number(digits.slice(0, 15));
  return (
    (number >= 15_000_000 && number <= 35_000_000) || (number >= 900_000_000_000 && number <= 900_100_000_000)
  );
}

/** An ORCID without its URL, in groups of four. */
export function normaliseOrcid(value: string): string {
  return (
    bareOrcid(value)
      .replace(/[\s-]/g, '')
      .match(/.{1,4}/g) ?? []
  )
    .slice(0, 4)
    .join('-');
}

/** International Standard Text Code. */
export function isIstc(value: string): boolean {
  const digits = value.replace(/[\s-]/g, '').toUpperCase();
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
