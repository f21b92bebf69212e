type Child = Node | string | null | false;
type Attributes = Record<string, string | number | boolean | null | ((event: Event) => void)>;

/**
 * Makes an element. Functions become listeners, false and null are left out, true stands as an
 * empty attribute.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== false && value !== null)
      element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(
    ...children.flat().filter((child): child is Node | string => child !== null && child !== false),
  );
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Drawings of 24 by 24, as paths. */
const ICONS = {
  cloud:
    'M7 18.5h10.5a4 4 0 0 0 .6-7.95A6 6 0 0 0 6.6 9.1 4.75 4.75 0 0 0 7 18.5M12 21v-8.5M8.8 15.2 12 12l3.2 3.2',
  file: 'M6 3.5h7.5L18 8v12.5H6zM13.5 3.5V8H18',
  zip: 'M3.5 6.5v12h17V8.5H12l-2-2zM14 8.5v2M16 10.5v2M14 12.5v2',
  tick: 'M4.5 12.5l5 5 10-11',
  cross: 'M6 6l12 12M18 6 6 18',
  warn: 'M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.4',
  info: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17M12 11v5M12 7.8v.4',
} as const;

export type IconName = keyof typeof ICONS;

/** A drawing that says nothing which the words beside it do not say. */
export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon', name);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** A box with a title and a sentence. */
export function note(
  kind: 'info' | 'warn' | 'bad' | 'good',
  title: string | null,
  text: Child | Child[],
  ...more: (Child | Child[])[]
): HTMLElement {
  const name: IconName = kind === 'good' ? 'tick' : kind === 'info' ? 'info' : 'warn';
  return h(
    'div',
    { class: `note ${kind}` },
    icon(name),
    h(
      'div',
      {},
      title === null ? null : h('p', { class: 'lead' }, title),
      h('p', {}, ...[text].flat()),
      ...more,
    ),
  );
}

/** Writes a text only where it is another: what is read out does not begin anew. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A column of a table; a name that cannot be seen is still read out. */
export interface Column {
  name: string;
  kind?: 'num' | 'unseen';
}

/** A table of files. */
export function fileTable(caption: string, columns: readonly Column[], body: HTMLElement): HTMLElement {
  const heads = columns.map(({ name, kind }) =>
    kind === 'unseen'
      ? h('th', { scope: 'col' }, h('span', { class: 'unseen' }, name))
      : h('th', { scope: 'col', class: kind ?? null }, name),
  );
  const table = h('table', {}, h('caption', {}, caption), h('thead', {}, h('tr', {}, ...heads)), body);
  const box = h('div', { class: 'table' }, table);
  // A list that is too long to be shown whole is scrolled with the keyboard too.
  new ResizeObserver(() => {
    if (box.scrollHeight <= box.clientHeight) {
      for (const name of ['tabindex', 'role', 'aria-label']) box.removeAttribute(name);
      return;
    }
    box.tabIndex = 0;
    box.setAttribute('role', 'region');
    box.setAttribute('aria-label', caption);
  }).observe(table);
  return box;
}

/** The cell of a file's row that names it, with what is to be said of it below. */
export function fileCell(kind: 'file' | 'zip', name: string, ...below: (Child | Child[])[]): HTMLElement {
  return h(
    'th',
    { scope: 'row' },
    h('span', { class: 'name' }, icon(kind), h('span', { class: 'words' }, name, ...below)),
  );
}

const live = document.createElement('div');
live.className = 'unseen';
live.setAttribute('role', 'status');
document.body.append(live);

/** Lets screen readers say something. */
export function announce(text: string): void {
  setText(live, text);
}
