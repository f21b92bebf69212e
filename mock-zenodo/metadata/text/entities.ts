import { defaultTreeAdapter, parseFragment } from 'parse5';

/** How many entities are cached. HTML has about 2,100, but numeric ones are endless. */
const REMEMBERED = 4_000;

const known = new Map<string, string>();

/**
 * The character of an HTML entity such as `&eacute;` or `&#39;`, or the entity itself if HTML does
 * not have it.
 */
export function characterOf(entity: string): string {
  const found = known.get(entity) ?? decoded(entity);
  if (known.size < REMEMBERED) known.set(entity, found);
  return found;
}

function decoded(entity: string): string {
  const text = parsed(entity);
  if (!text.includes(';')) return text;
  // Names in capitals by mistake, `&EACUTE;` (`rspeer/python-ftfy:ftfy/chardata.py`).
  if (!/^&[0-9A-Z]+;$/.test(entity)) return entity;
  const lower = parsed(entity.toLowerCase());
  return lower.includes(';') ? entity : lower.toUpperCase();
}

function parsed(entity: string): string {
  const [node] = parseFragment(entity).childNodes;
  return node !== undefined && defaultTreeAdapter.isTextNode(node) ? node.value : entity;
}
