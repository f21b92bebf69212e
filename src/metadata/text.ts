import { decodeHTMLStrict } from 'entities';

/**
 * Ligatures, letters of full width and blanks of full width, which Zenodo's text repair decomposes
 * (`inveniosoftware/marshmallow-utils:marshmallow_utils/fields/sanitizedunicode.py`,
 * rspeer/python-ftfy).
 */
const COMPATIBLE = /[\u3000\uff01-\uffee\ufb00-\ufb06\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3]/g;

/** UTF-8 that was read as Windows-1252 or Latin-1: `Ã©`, `Â°`, `â€œ`. */
const MISREAD = /Ã[\u0080-\u00bf]|Â[\u00a0-\u00bf]|â€[\u0080-\u00bf\u0152-\u0178\u02dc\u2013-\u2122]/;

/** A sentence about what Zenodo will rewrite in a text; null if nothing. */
export function rewritten(text: string): string | null {
  if (!text.includes('<') && decodeHTMLStrict(text) !== text) {
    return 'Zenodo decodes the entities in it (&amp; becomes &).';
  }
  if (MISREAD.test(text)) return 'Zenodo may change letters that look like a wrong encoding (Ã© becomes é).';
  if (/[‘’‚‛“”„‟ʼ]/.test(text)) return 'Zenodo writes curly quotation marks as straight ones.';
  return text.replace(COMPATIBLE, (char) => char.normalize('NFKC')) === text
    ? null
    : 'Zenodo writes ligatures and letters of full width as plain letters.';
}
