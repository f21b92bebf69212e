import type { FastifyInstance } from 'fastify';
import { Document, isCollection, isPair, isScalar, visit } from 'yaml';

/** Columns of a line, as in the documents. */
const WIDTH = 120;

/**
 * PyYAML and SnakeYAML take this for the mark of a key in a flow mapping, and cannot read the rest.
 */
const KEY_MARK = /\?(?:\s|$)/;

/** YAML 1.1 takes this for a date or a time. */
const DAY = /^\d{4}-\d\d?-\d\d?/;

/**
 * The contract as YAML. A leaf list or object is written on one line if it fits. Readers of YAML
 * 1.1 get the same data.
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
      // YAML's spaces take as much room as JSON's quotes.
      const length = JSON.stringify(node).length + '  '.length;
      if (indent + name.length + length <= WIDTH) node.flow = true;
    },
  });
  return document.toString({ lineWidth: WIDTH });
}
