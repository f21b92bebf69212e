/** Markup that is safe to insert into a page. */
export interface Html {
  readonly markup: string;
}

export type HtmlPart = string | number | Html | readonly HtmlPart[] | null | undefined;

/**
 * Template tag that escapes every value except markup made by itself. Lists are joined, and null is
 * empty.
 */
export function html(strings: TemplateStringsArray, ...parts: HtmlPart[]): Html {
  let markup = strings[0] ?? '';
  parts.forEach((part, index) => {
    markup += render(part) + (strings[index + 1] ?? '');
  });
  return { markup };
}

function render(part: HtmlPart): string {
  if (part === null || part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return 'markup' in part ? part.markup : part.map(render).join('');
}

function escapeHtml(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
      // No HTML has it.
      .replaceAll('\0', '\ufffd')
  );
}
