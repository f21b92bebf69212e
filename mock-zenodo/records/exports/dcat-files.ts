import { guessedTypeOf } from '../../files/mimetype.js';
import { type Fields, isObject } from '../../metadata/checks.js';
import { pathOfKey } from '../../pages/signposting.js';
import { literal, pointer } from './dcat-words.js';
import { objectAt, textAt } from './reading.js';
import { type Element, element } from './xml.js';

/** A distribution for each file. */
export function files(record: Fields, address: string): Element[] {
  const page = textAt(record, 'links', 'self_html') ?? '';
  return Object.values(objectAt(record, 'files', 'entries'))
    .filter(isObject)
    .map((entry) => {
      const key = String(entry['key']);
      const type = guessedTypeOf(key);
      const content = [
        pointer('dcat:downloadURL', `${page}/files/${pathOfKey(key)}`),
        ...(type === undefined ? [] : [literal('dcat:mediaType', type)]),
        literal('dcat:byteSize', String(entry['size'])),
        ...(address === '' ? [] : [pointer('dcat:accessURL', address)]),
      ];
      return element('dcat:distribution', [element('dcat:Distribution', content)]);
    });
}
