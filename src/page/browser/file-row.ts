import { fileCell, h, setText } from './dom.js';
import { type Page, setHidden } from './page.js';

/** The action of a row's button. */
type Deed = 'pause' | 'resume' | 'retry';

/** The state of a file's row. */
export interface RowState {
  /** Progress to the service and to Zenodo, from 0 to 1. */
  here: number;
  there: number;
  /** Final size at Zenodo in bytes; null if unknown. */
  size: number | null;
  text: string;
  kind: 'safe' | 'bad' | '';
  deed: Deed | null;
}

/** The row of a file in progress. `act`: the action of its button. */
export function createFileRow(
  { t, size }: Page,
  { name, zip, parts }: { name: string; zip: boolean; parts: number },
  act: ((deed: Deed) => void) | null,
) {
  const bar = (label: string, kind: string | null) =>
    h('progress', { max: 1, value: 0, class: kind, 'aria-label': `${label}: ${name}` });
  const here = bar(t.received, null);
  const there = bar(t.atZenodo, 'zenodo');
  const said = h('small', { class: 'state' });
  const bytes = h('td', { class: 'num', role: 'cell' });
  let deed: Deed | null = null;
  const button = h('button', {
    type: 'button',
    class: 'quiet little',
    hidden: true,
    click: () => deed !== null && act?.(deed),
  });
  const element = h(
    'tr',
    { role: 'row' },
    fileCell(zip ? 'zip' : 'file', name, zip ? h('small', {}, t.zipOf(parts)) : null, said),
    h('td', { class: 'twobars', role: 'cell' }, here, there),
    bytes,
    act === null ? null : h('td', { class: 'act', role: 'cell' }, button),
  );
  const labels = {
    pause: [t.pause, t.pauseFile(name)],
    resume: [t.resume, t.resumeFile(name)],
    retry: [t.retry, t.retryFile(name)],
  } as const;
  return {
    element,
    draw(state: RowState): void {
      here.value = state.here;
      there.value = state.there;
      setText(bytes, state.size === null ? '' : size(state.size));
      setText(said, state.text);
      element.className = state.kind;
      deed = state.deed;
      setHidden(button, deed === null);
      if (deed === null) return;
      const [text, label] = labels[deed];
      setText(button, text);
      if (button.getAttribute('aria-label') !== label) button.setAttribute('aria-label', label);
    },
  };
}
