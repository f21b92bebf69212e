/**
 * The text fields of a multipart form, which are none if it has no boundary. Files are no fields.
 * As lenient as Zenodo's parser: names need no quotes, lines may end with LF alone, and text before
 * and after the parts is ignored (`pallets/werkzeug:src/werkzeug/sansio/multipart.py`).
 */
export function multipartFields(body: Buffer, type: string): URLSearchParams {
  const fields = new URLSearchParams();
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return fields;
  // Each byte is one character, until the value is known.
  for (const part of `\n${body.toString('latin1')}`.split(`\n--${boundary}`).slice(1)) {
    if (part.startsWith('--')) break;
    const end = /\r?\n\r?\n/.exec(part);
    const head = part.slice(0, end?.index);
    const name = /;\s*name=(?:"([^"]*)"|([^\s;]+))/i.exec(head);
    if (end === null || name === null || /;\s*filename\*?=/i.test(head)) continue;
    const value = part.slice(end.index + end[0].length).replace(/\r$/, '');
    fields.append(utf8(name[1] ?? name[2] ?? ''), utf8(value));
  }
  return fields;
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
