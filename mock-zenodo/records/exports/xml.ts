/** An XML element: its attributes in their order, and its text or its child elements. */
export interface Element {
  name: string;
  attributes: [name: string, value: string][];
  content: string | Element[];
  /** Whether the text is a CDATA section. It must not contain `]]>`. */
  isCdata?: true;
}

/**
 * Creates an element. Attributes without a value are left out. Without content it closes itself;
 * with an empty text it does not.
 */
export function element(
  name: string,
  content: string | Element[] = [],
  attributes: Record<string, unknown> = {},
): Element {
  const given = Object.entries(attributes).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' && value !== '' ? [[key, value]] : [],
  );
  return { name, content, attributes: given };
}

/** A document as lxml prints it with `pretty_print` and `xml_declaration`. */
export function xmlDocument(root: Element): string {
  return `<?xml version='1.0' encoding='utf-8'?>\n${indentedXml(root)}`;
}

/** An element as lxml prints it with `pretty_print`. */
export function indentedXml(root: Element): string {
  return written(root, '');
}

/** An element without CDATA sections, as a parser returns it. */
export function withoutCdata({ name, attributes, content }: Element): Element {
  return { name, attributes, content: typeof content === 'string' ? content : content.map(withoutCdata) };
}

/** An element on one line, in ASCII, as lxml prints it by default. */
export function compactXml({ name, attributes, content }: Element): string {
  const opening = `${name}${attributes.map(([key, value]) => ` ${key}="${escaped(value, true)}"`).join('')}`;
  const inside = typeof content === 'string' ? escaped(content) : content.map(compactXml).join('');
  const text =
    Array.isArray(content) && content.length === 0 ? `<${opening}/>` : `<${opening}>${inside}</${name}>`;
  return text.replace(/[^\0-\x7f]/gu, (char) => `&#${char.codePointAt(0)};`);
}

function written({ name, attributes, content, isCdata }: Element, indent: string): string {
  const opening = `${name}${attributes.map(([key, value]) => ` ${key}="${escaped(value, true)}"`).join('')}`;
  if (typeof content === 'string') {
    const text = isCdata ? `<![CDATA[${content}]]>` : escaped(content);
    return `${indent}<${opening}>${text}</${name}>\n`;
  }
  if (content.length === 0) return `${indent}<${opening}/>\n`;
  const inside = content.map((one) => written(one, `${indent}  `)).join('');
  return `${indent}<${opening}>\n${inside}${indent}</${name}>\n`;
}

function escaped(text: string, attribute = false): string {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return attribute ? safe.replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;') : safe;
}
