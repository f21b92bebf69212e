import type { FastifyInstance } from 'fastify';
import { Document, isCollection, isPair, isScalar, visit } from 'yaml';

/** Columns of a line, as in our documents. */
const WIDTH = 120;

/**
 * What PyYAML and SnakeYAML take for a key that is yet to come where it stands plain in braces, so
 * that they cannot read the rest.
 */
const KEY_MARK = /\?(?:\s|$)/;

/** What YAML 1.1 takes for a date or a time. */
const DAY = /^\d{4}-\d\d?-\d\d?/;

/**
 * The contract as YAML: what holds no other list or object stands on one line if it fits there.
 * Readers of YAML 1.1 read the same.
 */
export function contractText(app: FastifyInstance): string {
  const document = new Document(app.swagger(), { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && DAY.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
    Collection(_key, node, path) {
      const values = node.items.map((item) => (isPair(item) ? item.value : item));
      if (!values.every((value) => isScalar(value) && !KEY_MARK.test(String(value.value)))) return;
      const parent = path.at(-1);
      const name = isPair(parent) ? `${parent.key}: ` : '- ';
      const indent = 2 * path.filter(isCollection).length;
      // The spaces of YAML take the place of the quotes of JSON's names.
      const length = JSON.stringify(node).length + '  '.length;
      if (indent + name.length + length <= WIDTH) node.flow = true;
    },
  });
  return document.toString({ lineWidth: WIDTH });
}
