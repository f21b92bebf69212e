/** The window of the average, in milliseconds. */
const WINDOW = 15_000;

/**
 * The first bytes fill buffers of the kernel at the speed of memory, so these milliseconds are not
 * counted.
 */
const SETTLING = 2000;

/**
 * After this many milliseconds without a byte a file has stalled. If bytes are requested less often
 * than that, after this many times their usual interval.
 */
const STILL = 5000;
const USUAL = 2.5;

/** A few pieces within fewer milliseconds give no speed: progress is only seen once a second. */
const SHORTEST = 3000;

interface Sample {
  at: number;
  handed: number;
}

/**
 * Measures the speed of a file in bytes per second. Bytes are requested in large pieces, so the
 * speed is measured from piece to piece. Measured by the second, a slow line would seem to stall
 * and then to be fast. `buffered`: bytes that may still be in buffers of this machine.
 *
 * Returns a function that takes the bytes so far and the time in milliseconds. Fewer bytes than
 * before begin a new attempt.
 */
export function measureSpeed(buffered: number): (handed: number, now: number) => number {
  let began: Sample | null = null;
  let steps: Sample[] = [];

  return (handed, now) => {
    const last = steps.at(-1);
    if (began === null || last === undefined || handed < last.handed || last.handed === 0) {
      began = { at: now, handed };
      steps = [began];
      return 0;
    }
    if (now - began.at <= SETTLING) {
      if (handed > last.handed) steps = [{ at: now, handed }];
      return perSecond(Math.max(0, handed - began.handed - buffered), now - began.at);
    }
    const newest = { at: handed > last.handed ? now : last.at, handed };
    if (handed > last.handed) steps.push(newest);
    while (steps.length > 2 && (steps[1]?.at ?? now) < now - WINDOW) steps.shift();
    const first = steps[0] ?? newest;
    const usual = steps.length > 1 ? (newest.at - first.at) / (steps.length - 1) : 0;
    const silent = now - newest.at;
    if (silent > Math.max(STILL, USUAL * usual)) {
      steps = [newest];
      return 0;
    }
    const bytes = newest.handed - first.handed;
    const span = newest.at - first.at + Math.max(0, silent - usual);
    return perSecond(bytes, bytes > buffered ? span : Math.max(SHORTEST, span));
  };
}

function perSecond(bytes: number, milliseconds: number): number {
  return milliseconds > 0 ? Math.round((bytes * 1000) / milliseconds) : 0;
}
