import { announce, h, setText } from './dom.js';
import type { Page } from './page.js';

/** Overall progress. Bytes, and bytes per second. */
interface Progress {
  received: number;
  size: number;
  sent: number;
  zenodoSize: number;
  rate: number;
  /** Seconds; null if unknown. */
  left: number | null;
  /** Whether all has reached the service, so that `rate` and `left` are of the way to Zenodo. */
  arrived: boolean;
}

/**
 * Two bars: from the browser to the service, and from there to Zenodo. The pace stands below the
 * bar that it is of, and each quarter of that bar is announced.
 */
export function createProgress({ t, size, time }: Page) {
  const first = h('progress', { max: 1, value: 0, 'aria-label': t.received });
  const second = h('progress', { max: 1, value: 0, 'aria-label': t.atZenodo, class: 'zenodo' });
  const firstText = h('span');
  const secondText = h('span');
  const speed = h('span');
  const rest = h('span');
  const pace = h('p', { class: 'pace soft' }, speed, rest);
  let said = 0;
  let followed = first;
  const element = h(
    'div',
    { class: 'bars' },
    h('p', {}, h('strong', {}, t.received), firstText),
    first,
    pace,
    h('p', {}, h('strong', {}, t.atZenodo), secondText),
    second,
  );
  return {
    element,
    draw({ received, size: all, sent, zenodoSize, rate, left, arrived }: Progress): void {
      const bar = arrived ? second : first;
      if (bar !== followed) {
        bar.after(pace);
        said = 0;
      }
      followed = bar;
      first.value = all > 0 ? Math.min(1, received / all) : 1;
      second.value = zenodoSize > 0 ? Math.min(1, sent / zenodoSize) : 0;
      setText(firstText, t.of(size(received), size(all)));
      setText(secondText, t.of(size(sent), size(zenodoSize)));
      setText(speed, rate > 0 ? t.rate(size(rate)) : '\u00a0');
      setText(rest, rate <= 0 ? '' : left === null || left > LONGEST ? t.leftUnknown : t.left(time(left)));
      document.title = `${Math.floor(bar.value * 100)} % · ${t.title}`;
      const quarter = Math.floor(bar.value * 4) * 25;
      if (quarter > said) announce(arrived ? t.announceZenodo(quarter) : t.announce(quarter));
      said = Math.max(said, quarter);
    },
  };
}

/** With fewer bytes than this, no pace is shown for so many milliseconds. */
const FEW = 64 * 1024;
const FIRST_LOOK = 3000;

/** Seconds. For longer, the time left is no more than a guess. */
const LONGEST = 100 * 3600;

/** Average bytes per second over the last seconds. */
export function createPace() {
  const seen: { at: number; bytes: number }[] = [];
  return (bytes: number): number => {
    const at = performance.now();
    seen.push({ at, bytes });
    while (seen.length > 2 && at - (seen[0]?.at ?? at) > 8000) seen.shift();
    const first = seen[0];
    if (first === undefined || at - first.at < 500) return 0;
    // Of the first few bytes nothing can be told yet.
    if (at - first.at < FIRST_LOOK && bytes - first.bytes < FEW) return 0;
    return Math.max(0, ((bytes - first.bytes) * 1000) / (at - first.at));
  };
}
