import { ICONS, type IconName } from './icons.js';

type Child = Node | string | null | false;
type Attributes = Record<string, string | number | boolean | null | ((event: Event) => void)>;

/**
 * Creates an element. Functions become listeners, false and null are left out, and true becomes an
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

/** A decorative icon. */
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
      title !== null && h('p', { class: 'lead' }, title),
      text !== '' && h('p', {}, ...[text].flat()),
      ...more,
    ),
  );
}

/** Sets a text only if it differs, so that screen readers do not repeat it. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A column of a table. An invisible name is still read aloud. */
interface Column {
  name: string;
  kind?: 'num' | 'unseen' | 'bars';
}

/** A table of files. */
export function fileTable(caption: string, columns: readonly Column[], body: HTMLElement): HTMLElement {
  const heads = columns.map(({ name, kind }) =>
    kind === 'unseen' || kind === 'bars'
      ? h('th', { scope: 'col', role: 'columnheader' }, h('span', { class: 'unseen' }, name))
      : h('th', { scope: 'col', role: 'columnheader', class: kind ?? null }, name),
  );
  // Rows with bars are laid out anew on a phone, and for browsers they would be rows no more.
  body.setAttribute('role', 'rowgroup');
  const table = h(
    'table',
    { role: 'table', class: columns.some(({ kind }) => kind === 'bars') ? 'withbars' : null },
    h('caption', {}, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...heads)),
    body,
  );
  const box = h('div', { class: 'table' }, table);
  // Makes a long list scrollable by keyboard.
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

/** The cell with a file's name and notes below it. */
export function fileCell(kind: 'file' | 'zip', name: string, ...below: (Child | Child[])[]): HTMLElement {
  return h(
    'th',
    { scope: 'row', role: 'rowheader' },
    h(
      'span',
      { class: 'name' },
      icon(kind),
      h('span', { class: 'words' }, h('bdi', {}, ...breakable(name)), ...below),
    ),
  );
}

/** A name whose lines end behind underscores and hyphens, and before dots, not inside a word. */
function breakable(name: string): Child[] {
  return (name.match(/\.?[^._-]*[_-]*/g) ?? []).flatMap((part) => [part, h('wbr')]);
}

const live = document.createElement('div');
live.className = 'unseen';
live.setAttribute('role', 'status');
document.body.append(live);

/** Makes screen readers announce a text. */
export function announce(text: string): void {
  setText(live, text);
}
