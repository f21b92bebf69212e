/** No address of an ORCID iD is longer, in characters; the pattern below would take long for what is. */
const LONGEST = 200;

/** An ORCID iD in the form `0000-0002-1825-0097`, or null if it is none or its check digit (ISO 7064, mod 11-2) is wrong. */
export function normaliseOrcid(text: string): string | null {
  const given = text.trim();
  if (given.length > LONGEST) return null;
  const bare = given
    .replace(
      /^(?:orcid(?!\.)\s*(?:id)?\s*:?\s*)?(?:https?:\/\/)?(?:www\.)?(?:sandbox\.)?(?:orcid\.org\/)?/i,
      '',
    )
    .replace(/\/$/, '')
    .replace(/[\s\u2010-\u2015-]/g, '')
    .toUpperCase();
  if (!/^\d{15}[\dX]$/.test(bare)) return null;
  let total = 0;
  for (const digit of bare.slice(0, 15)) total = (total + Number(digit)) * 2;
  const check = (12 - (total % 11)) % 11;
  if (bare[15] !== (check === 10 ? 'X' : String(check))) return null;
  return bare.replace(/(.{4})(?=.)/g, '$1-');
}
