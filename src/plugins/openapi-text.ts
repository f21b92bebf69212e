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
 * The contract as YAML. Lists and objects of values, and those that contain such lists and objects
 * alone, are written on one line if they fit. Readers of YAML 1.1 get the same data.
 */
export function contractText(app: FastifyInstance): string {
  const document = new Document(app.swagger(), { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && DAY.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
    Collection(_key, node, path) {
      if (
        !valuesOf(node).every(
          (value) => isFlat(value) || (isCollection(value) && valuesOf(value).every(isFlat)),
        )
      )
        return;
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

/** What a list or an object holds. Nothing for a single value. */
function valuesOf(node: unknown): unknown[] {
  return isCollection(node) ? node.items.map((item) => (isPair(item) ? item.value : item)) : [];
}

/** Whether a node is a single value that all readers understand on one line. */
function isFlat(node: unknown): boolean {
  return isScalar(node) && !KEY_MARK.test(String(node.value));
}
