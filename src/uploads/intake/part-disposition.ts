import { malformed } from './multipart-guard.js';

/** The `Content-Disposition` of a part, which may continue on lines that begin with a blank. */
const DISPOSITION = /^content-disposition:((?:[^\r\n]|\r\n[ \t])*)/im;

/** One parameter. A quoted value may contain anything, with a backslash before a quote. */
const PARAMETER = /[ \t]*;[ \t]*([!#$%&'*+.^_`|~0-9a-z-]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^ \t";]+)/giy;

/** A name in extended notation (RFC 8187): its charset, a language, and percent-encoded bytes. */
const EXTENDED = /^"?([\w.:-]+)'[^']*'([^"]*)"?$/;

/**
 * The file name of a part that is in `filename*`; null if there is none. .NET sends the name there,
 * and in `filename` what only mail programs decode. `headers` are those of the part. Throws
 * malformed_multipart for what the multipart parser would drop, or would read as another name: a
 * name with blanks but without quotes, one in several pieces (RFC 2231), or two names.
 */
export function extendedName(headers: Buffer): string | null {
  const text = DISPOSITION.exec(headers.toString('latin1'))?.[1]?.replace(/\r\n/g, '');
  const type = /^[ \t]*form-data(?=[ \t]*(?:;|$))/i.exec(text ?? '')?.[0];
  if (text === undefined || type === undefined)
    throw malformed('A part has no readable Content-Disposition.');
  const values = new Map<string, string>();
  let read = type.length;
  PARAMETER.lastIndex = read;
  for (const [whole, name = '', value = ''] of text.matchAll(PARAMETER)) {
    read += whole.length;
    const key = name.toLowerCase();
    if (values.has(key) || key === 'name*' || /\*\d/.test(key))
      throw malformed('A part has its name twice, or in pieces.');
    values.set(key, value);
  }
  if (!/^[ \t;]*$/.test(text.slice(read)))
    throw malformed('A part has a name that is not in quotes, or that ends with a backslash.');
  const extended = values.get('filename*');
  if (extended === undefined) return null;
  const [, charset, encoded] = EXTENDED.exec(extended) ?? [];
  if (charset === undefined || encoded === undefined) throw malformed('A part has an unreadable filename*.');
  return decoded(charset, encoded);
}

/** Undecodable bytes become U+FFFD, which no file name may contain. */
function decoded(charset: string, encoded: string): string {
  const bytes = encoded.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  try {
    return new TextDecoder(charset, { ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return '\ufffd';
  }
}
