/**
 * Ligatures and full-width letters, which Zenodo's text repair decomposes
 * (`inveniosoftware/marshmallow-utils:marshmallow_utils/fields/sanitizedunicode.py`,
 * rspeer/python-ftfy).
 */
const COMPATIBLE = /[\uff01-\uffee\ufb00-\ufb06\u0132\u0133\u0149\u01c4-\u01cc]/g;

/** A sentence about what Zenodo will rewrite in a text; null if nothing. */
export function rewritten(text: string): string | null {
  if (!text.includes('<') && decoded(text) !== text) {
    return 'Zenodo decodes the entities in it (&amp; becomes &).';
  }
  if (/[‘’‚‛“”„‟]/.test(text)) return 'Zenodo writes curly quotation marks as straight ones.';
  return text.replace(COMPATIBLE, (char) => char.normalize('NFKC')) === text
    ? null
    : 'Zenodo writes ligatures and letters of full width as plain letters.';
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

function decoded(text: string): string {
  return text.replace(/&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,8});/gi, (entity, name: string) => {
    if (name.startsWith('#')) {
      const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : entity;
    }
    return ENTITIES[name.toLowerCase()] ?? entity;
  });
}
